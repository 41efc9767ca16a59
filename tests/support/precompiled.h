#pragma once

// See config/precompiled.h; with the test library.

#include "config/precompiled.h"
#include "tests/support/catch.h"
