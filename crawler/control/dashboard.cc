#include "crawler/control/dashboard.h"

#include <algorithm>
#include <iterator>

namespace trawl::crawler {

// Made by embed.cmake, a text each.
extern const std::string_view kDashboardHtml, kDashboardCss, kDashboardJs, kChartJs;

const DashboardFile* FindDashboardFile(std::string_view path) {
  static const DashboardFile files[] = {
      {"/", "text/html; charset=utf-8", kDashboardHtml},
      {"/dashboard.css", "text/css; charset=utf-8", kDashboardCss},
      {"/dashboard.js", "text/javascript; charset=utf-8", kDashboardJs},
      {"/chart.js", "text/javascript; charset=utf-8", kChartJs},
  };
  const auto found = std::ranges::find(files, path, &DashboardFile::path);
  return found == std::end(files) ? nullptr : &*found;
}

}  // namespace trawl::crawler
