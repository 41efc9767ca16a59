#pragma once

#include <string>
#include <vector>

#include "crawler/cli/json.h"

namespace trawl::crawler {

/// The answer to /status, for people: a line a subject.
std::vector<std::string> StatusLines(const json::object& status);

/// The answer to /status?target= and to /status?host=, likewise.
std::vector<std::string> TargetLines(const json::object& target);
std::vector<std::string> HostLines(const json::object& host);

/// Rows of the control API ({"columns", "rows"}) below a title; nothing when there are none. `columns`: those
/// that are shown, in that order; none for all. Texts are made safe to print.
void AppendTable(const json::object& rows, const std::string& title, std::vector<std::string>& lines,
                 const std::vector<std::string>& columns = {});

/// "1.5 GiB", "17 MiB", "900 B".
std::string SizeText(double bytes);

}  // namespace trawl::crawler
