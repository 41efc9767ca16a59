#pragma once

// The one door to Catch2: version 2 of Debian 12 and version 3 of later releases lay their headers out differently.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
