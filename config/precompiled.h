#pragma once

// What most files of the house include, compiled once for each target. No file relies on it: each includes what it
// uses, and a test compiles every header without it.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/options.h"
#include "config/result.h"
