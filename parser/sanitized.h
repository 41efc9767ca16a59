#pragma once

// TRAWL_SANITIZED: 1 in builds with AddressSanitizer or ThreadSanitizer, whose runtimes make system calls and
// map memory of their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRAWL_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TRAWL_SANITIZED 1
#endif
#endif
#ifndef TRAWL_SANITIZED
#define TRAWL_SANITIZED 0
#endif
