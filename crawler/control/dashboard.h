#pragma once

#include <string_view>

namespace trawl::crawler {

/// A file of the dashboard's page, as it was when the program was built: `crawler/control/dashboard/`, and
/// Chart.js of the system.
struct DashboardFile {
  std::string_view path;  ///< as a browser asks for it
  std::string_view content_type;
  std::string_view content;
};

/// Null when there is none of that path.
const DashboardFile* FindDashboardFile(std::string_view path);

/// What the page may do: nothing but load its own files and ask this server (CSP level 3, W3C). No inline
/// script.
inline constexpr std::string_view kDashboardPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace trawl::crawler
