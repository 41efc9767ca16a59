#pragma once

namespace trawl::parser {

/// Moves descriptor `fd` to the number `place` (3 or more) and closes every other one but stderr. The
/// descriptor at `place` survives exec. Async-signal-safe, so that it may run between fork and exec. False
/// when the system refuses.
[[nodiscard]] bool KeepOnly(int fd, int place);

}  // namespace trawl::parser
