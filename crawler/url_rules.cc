#include "crawler/url_rules.h"

namespace trawl::crawler {

parser::NormalizeOptions UrlRules(const config::UrlOptions& options) {
  parser::NormalizeOptions rules;
  rules.sort_query = options.sort_query;
  rules.drop_session_ids = options.drop_session_ids;
  rules.fold_trailing_slash = options.fold_trailing_slash;
  rules.fold_index_page = options.fold_index_page;
  if (options.drop_tracking) rules.drop_parameters = options.tracking_parameters;
  return rules;
}

}  // namespace trawl::crawler
