#include "storage/sqlite/visit_rows.h"

#include <algorithm>
#include <string>
#include <vector>

#include "storage/sqlite/cells.h"

namespace trawl::storage::sqlite {
namespace {

constexpr std::int64_t FirstLink(std::int64_t visit) {
  return visit * static_cast<std::int64_t>(kMaxLinksPerPage);
}

std::optional<std::int64_t> SimhashOrNull(std::uint64_t simhash) {
  return simhash == 0 ? std::nullopt : std::optional(static_cast<std::int64_t>(simhash));
}

constexpr std::string_view kPageColumns =
    " INTO page(url, visit, status, content_type, charset, language, words, depth, bytes, content_hash, "
    "first_seen, fetched_at, changed_at, truncated, links, title, description, canonical, etag, "
    "last_modified, noindex, author, published, simhash, language_source, host) VALUES (?, ?, ?, ?, ?, ?, ?, "
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

}  // namespace

VisitRows::VisitRows(Connection& db, Words& words, ItemRows& items, SearchRows* search,
                     const config::StorageOptions& options)
    : words_(words),
      items_(items),
      search_(search),
      kinds_(db),
      keep_links_(options.links),
      keep_text_(options.text),
      keep_main_(options.main_content),
      add_(
          db.Prepare("INSERT INTO visit(n, url, run, at, outcome, status, attempt, ip, protocol, bytes_wire, "
                     "bytes_body, dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms, parse_ms, detail) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      redirect_(db.Prepare("INSERT INTO redirect(visit, target, status) VALUES (?, ?, ?)")),
      earlier_(
          db.Prepare("SELECT visit, first_seen, changed_at, content_hash, gone_at FROM page WHERE url = ?")),
      page_(db.Prepare("INSERT OR REPLACE" + std::string(kPageColumns))),
      // Of most pages there is no earlier row, and looking for what may have to give way costs.
      new_page_(db.Prepare("INSERT OR FAIL" + std::string(kPageColumns))),
      text_(db.Prepare("INSERT INTO page_text(visit, text) VALUES (?, ?)")),
      main_(db.Prepare("INSERT INTO page_main(visit, text) VALUES (?, ?)")),
      drop_text_(db.Prepare("DELETE FROM page_text WHERE visit = ?")),
      drop_main_(db.Prepare("DELETE FROM page_main WHERE visit = ?")),
      drop_links_(db.Prepare("DELETE FROM link WHERE n >= ? AND n < ?")),
      confirm_(db.Prepare("UPDATE page SET fetched_at = ?, gone_at = NULL WHERE url = ?")),
      gone_(
          db.Prepare("UPDATE page SET gone_at = ? WHERE url = ? AND gone_at IS NULL RETURNING content_hash")),
      change_(db.Prepare("INSERT INTO change(url, at, kind, old_hash, new_hash) VALUES (?, ?, ?, ?, ?)")),
      link_rows_(db, "link", "n, target, kind, anchor", {32, 8, 1}),
      next_(db.Int("SELECT max(n) FROM visit").value_or(0) + 1) {}

std::int64_t VisitRows::Add(const Visit& visit, std::int64_t url, std::int64_t run) {
  add_.With(next_, url, run, ToMs(visit.at), static_cast<int>(visit.outcome), visit.status, visit.attempt,
            words_.NumberOf(visit.ip), words_.NumberOf(visit.protocol),
            static_cast<std::int64_t>(visit.bytes_wire), static_cast<std::int64_t>(visit.bytes_body),
            visit.dns_ms, visit.connect_ms, visit.tls_ms, visit.first_byte_ms, visit.total_ms, visit.parse_ms,
            TextOrNull{visit.detail})
      .Run();
  return next_++;
}

void VisitRows::AddRedirect(std::int64_t visit, const Redirect& redirect) {
  redirect_.With(visit, ToKey(redirect.target), redirect.status).Run();
}

VisitRows::Earlier VisitRows::Replace(const Page& page, std::int64_t url) {
  const std::int64_t now = ToMs(page.fetched_at);
  if (!earlier_.With(url).Step()) return {0, now, now};
  Earlier earlier{earlier_.Int(0), earlier_.Int(1), earlier_.Int(2)};
  const std::int64_t old_hash = earlier_.Int(3);
  const auto new_hash = static_cast<std::int64_t>(page.content_hash);
  const bool was_gone = !earlier_.IsNull(4);
  earlier_.Reset();
  if (search_) search_->Remove(url, earlier.visit);
  if (old_hash != new_hash) earlier.changed_at = now;
  if (was_gone || old_hash != new_hash) {
    AddChange(url, page.fetched_at, was_gone ? ChangeKind::kBack : ChangeKind::kChanged, old_hash, new_hash);
  }
  drop_text_.With(earlier.visit).Run();
  drop_main_.With(earlier.visit).Run();
  items_.Drop(earlier.visit);
  drop_links_.With(FirstLink(earlier.visit), FirstLink(earlier.visit + 1)).Run();
  return earlier;
}

bool VisitRows::PutPage(const Page& page, std::span<const Link> links, const Place& place) {
  const auto [url, visit, host] = place;
  const Earlier earlier = Replace(page, url);
  (earlier.visit == 0 ? new_page_ : page_)
      .With(url, visit, page.status, words_.NumberOf(page.content_type), words_.NumberOf(page.charset),
            words_.NumberOf(page.language), page.words, page.depth, static_cast<std::int64_t>(page.bytes),
            static_cast<std::int64_t>(page.content_hash), earlier.first_seen, ToMs(page.fetched_at),
            earlier.changed_at, page.truncated, page.links, TextOrNull{page.title},
            TextOrNull{page.description}, TextOrNull{page.canonical}, TextOrNull{page.etag},
            TextOrNull{page.last_modified}, page.noindex, TextOrNull{page.author},
            TextOrNull{page.published_at}, SimhashOrNull(page.simhash), words_.NumberOf(page.language_source),
            host)
      .Run();
  if (keep_text_ && !page.text.empty()) text_.With(visit, page.text).Run();
  if (keep_main_ && !page.main_text.empty()) main_.With(visit, page.main_text).Run();
  if (search_) search_->Add(url, visit, page.title, page.description, keep_text_ ? page.text : "");
  AddLinks(links, visit);
  return earlier.visit == 0;
}

void VisitRows::AddLinks(std::span<const Link> links, std::int64_t visit) {
  if (keep_links_ == config::LinkStorage::kNone) return;
  const bool all = keep_links_ == config::LinkStorage::kAll;
  std::vector<const Link*> kept;
  kept.reserve(links.size());
  for (const Link& link : links.first(std::min(links.size(), kMaxLinksPerPage))) {
    if (all || link.external) kept.push_back(&link);
  }
  link_rows_.Append(FirstLink(visit), kept.size(), [&](Statement& add, int& index, std::size_t row) {
    const Link& link = *kept[row];
    add.Bind(++index, ToKey(link.target));
    add.Bind(++index, kinds_.NumberOf(link.kind, link.rel, link.external));
    add.Bind(++index, link.anchor);
  });
}

void VisitRows::Confirm(std::int64_t url, Instant at) {
  if (!earlier_.With(url).Step()) return;
  const std::int64_t hash = earlier_.Int(3);
  const bool was_gone = !earlier_.IsNull(4);
  earlier_.Reset();
  if (was_gone) AddChange(url, at, ChangeKind::kBack, hash, hash);
  confirm_.With(ToMs(at), url).Run();
}

void VisitRows::MarkGone(std::int64_t url, Instant at) {
  if (!gone_.With(ToMs(at), url).Step()) return;
  const std::int64_t hash = gone_.Int(0);
  gone_.Run();  // an UPDATE with RETURNING is done only when it was stepped to its end
  AddChange(url, at, ChangeKind::kGone, hash, std::nullopt);
}

void VisitRows::AddChange(std::int64_t url, Instant at, ChangeKind kind, std::int64_t old_hash,
                          std::optional<std::int64_t> new_hash) {
  change_.With(url, ToMs(at), static_cast<int>(kind), old_hash, new_hash).Run();
}

}  // namespace trawl::storage::sqlite
