#include "crawler/cli/debug_html.h"

#include <algorithm>

#include "parser/error.h"
#include "parser/normalize.h"
#include "parser/url.h"

namespace trawl::crawler {
namespace {

using parser::PageJob;
using parser::ParsedLink;
using parser::ParsedPage;

Result<PageJob> JobOf(const json::object& in, const parser::NormalizeOptions& normalize) {
  PageJob job;
  job.normalize = normalize;
  auto body = BytesAt(in, "body", "body_b64");
  if (!body || body->size() > parser::kMaxJobBody) return parser::ParserErrc::kBadFrame;
  job.body = std::move(*body);
  job.want_tree = StringAt(in, "way").value_or("scan") == "tree";
  job.content_type = StringAt(in, "content_type").value_or("").substr(0, parser::kMaxContentType);
  const auto url = parser::Url::Parse(StringAt(in, "url").value_or("http://localhost/"));
  if (!url) return url.error();
  auto page_url = parser::Normalize(*url, normalize);
  if (!page_url) return page_url.error();
  job.url = std::move(*page_url);
  return job;
}

json::array LinksOf(const ParsedPage& page) {
  json::array links;
  for (const ParsedLink& link : page.links) {
    links.push_back(json::object{{"url", json::string(link.url)},
                                 {"kind", json::string(Name(link.kind))},
                                 {"rel", json::string(link.rel)},
                                 {"anchor", json::string(link.anchor)},
                                 {"hreflang", json::string(link.hreflang)}});
  }
  return links;
}

json::value RefreshOf(const ParsedPage& page) {
  const auto link = std::find_if(page.links.begin(), page.links.end(), [](const ParsedLink& candidate) {
    return candidate.kind == parser::LinkKind::kMetaRefresh;
  });
  if (!page.refresh_ms || link == page.links.end()) return nullptr;
  return json::array{*page.refresh_ms / 1000.0, json::string(link->url)};
}

void AddLinks(const PageJob& job, const ParsedPage& page, json::object& out) {
  out["base"] = json::string(page.base.empty() ? std::string_view(job.url) : page.base);
  out["links"] = LinksOf(page);
  out["meta_refresh"] = RefreshOf(page);
  out["truncated"] = page.links_truncated;
}

void AddText(const ParsedPage& page, json::object& out) {
  out["text"] = json::string(page.text);
  out["title"] = json::string(page.title);
  out["language"] = json::string(page.language);
  out["description"] = json::string(page.description);
}

// Reads the line, has it parsed, and lets `answer(job, page, out)` tell of it.
template <class Answer>
json::object Debug(const json::object& in, DebugContext& context, const PageJob& wanted, Answer answer) {
  if (!context.parse) return DebugError("no parser process");
  auto job = JobOf(in, context.normalize);
  if (!job)
    return DebugError("\"body_b64\" must be base64 and \"url\" an http(s) URL: " + job.error().message());
  job->want_source = wanted.want_source;
  job->want_main = wanted.want_main;
  job->want_structured = wanted.want_structured;
  job->want_tree |= wanted.want_main || wanted.want_structured;
  const auto page = context.parse(*job);
  if (!page) return DebugError(page.error().message());
  json::object out;
  answer(*job, *page, out);
  return out;
}

}  // namespace

json::object DebugHtml(const json::object& in, DebugContext& context) {
  return Debug(in, context, {}, [](const PageJob& job, const ParsedPage& page, json::object& out) {
    AddText(page, out);
    out["canonical"] = json::string(page.canonical);
    out["charset"] = json::string(page.charset);
    out["noindex"] = page.noindex;
    out["nofollow"] = page.nofollow;
    out["words"] = page.words;
    AddLinks(job, page, out);
  });
}

json::object DebugLinks(const json::object& in, DebugContext& context) {
  return Debug(in, context, {}, AddLinks);
}

json::object DebugText(const json::object& in, DebugContext& context) {
  PageJob wanted;
  wanted.want_main = true;
  return Debug(in, context, wanted, [](const PageJob&, const ParsedPage& page, json::object& out) {
    AddText(page, out);
    out["main"] = json::string(page.main);
    out["author"] = json::string(page.author);
    out["date"] = json::string(page.date);
  });
}

json::object DebugStructured(const json::object& in, DebugContext& context) {
  PageJob wanted;
  wanted.want_structured = true;
  return Debug(in, context, wanted, [](const PageJob&, const ParsedPage& page, json::object& out) {
    using parser::StatementKind;
    for (const StatementKind kind :
         {StatementKind::kJsonLd, StatementKind::kMicrodata, StatementKind::kOpenGraph,
          StatementKind::kTwitter, StatementKind::kDublinCore, StatementKind::kRelations})
      out[json::string_view(Name(kind).data(), Name(kind).size())] = json::array();
    for (const parser::ParsedStatement& statement : page.statements) {
      auto value = ParseJson(statement.data);
      if (!value) continue;
      const std::string_view name = Name(statement.kind);
      out[json::string_view(name.data(), name.size())].get_array().push_back(std::move(*value));
    }
    out["truncated"] = page.statements_truncated;
  });
}

json::object DebugCharset(const json::object& in, DebugContext& context) {
  PageJob wanted;
  wanted.want_source = true;
  return Debug(in, context, wanted, [](const PageJob&, const ParsedPage& page, json::object& out) {
    out["encoding"] = json::string(page.charset);
    out["source"] = json::string(Name(page.charset_source));
    out["text"] = json::string(page.text);
  });
}

json::object DebugTokens(const json::object& in, DebugContext& context) {
  if (!context.parse) return DebugError("no parser process");
  const auto html = StringAt(in, "html");
  if (!html || html->size() > parser::kMaxJobBody) return DebugError("\"html\" must be a string");
  PageJob job;
  job.kind = parser::DocumentKind::kTokens;
  job.url = "http://localhost/";
  job.body = parser::DocumentBytes::Borrow(*html);
  job.content_type = StringAt(in, "initial_state").value_or("Data state");
  job.content_type += ';';
  job.content_type += StringAt(in, "last_start_tag").value_or("");
  if (job.content_type.size() > parser::kMaxContentType) return DebugError("no such state");
  const auto page = context.parse(job);
  if (!page) return DebugError(page.error().message());
  if (page->text_truncated) return DebugError("too many tokens");
  if (page->text.empty()) return DebugError("no such state");
  auto tokens = ParseJson(page->text);
  if (!tokens) return DebugError(tokens.error().message());
  return {{"tokens", std::move(*tokens)}};
}

json::object DebugSelect(const json::object& in, DebugContext& context) {
  if (!context.parse) return DebugError("no parser process");
  const auto html = StringAt(in, "html");
  const auto selector = StringAt(in, "selector");
  if (!html || html->size() > parser::kMaxJobBody) return DebugError("\"html\" must be a string");
  if (!selector || selector->size() > parser::kMaxExtract) return DebugError("\"selector\" must be a string");
  PageJob job;
  job.kind = parser::DocumentKind::kSelect;
  job.url = "http://localhost/";
  job.body = parser::DocumentBytes::Borrow(*html);
  job.content_type = "text/html; charset=utf-8";
  job.want_text = false;
  job.extract = *selector;
  const auto page = context.parse(job);
  if (!page) return DebugError(page.error().message());
  if (page->text_truncated) return DebugError("too much is selected");
  const auto selection = ParseJson(page->text);
  if (!selection || !selection->is_object()) return DebugError("the parser process gave no selection");
  return selection->get_object();
}

}  // namespace trawl::crawler
