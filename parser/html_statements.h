#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parser/arena.h"
#include "parser/html_names.h"
#include "parser/html_text.h"
#include "parser/wire.h"

namespace trawl::parser {

/// Gathers what a page says for other programs: meta properties, blocks of JSON-LD, and with them author,
/// date and generator. Runs on: parser process. Borrows the arena and the document's bytes.
class StatementCollector {
 public:
  explicit StatementCollector(Arena& arena) : arena_(arena) {}

  void OpenMeta(const Attributes& attributes);
  /// A <script>: whether it holds JSON-LD, whose text follows.
  bool OpenScript(const Attributes& attributes);
  /// The text of such a script, in pieces.
  void JsonLd(std::string_view text) { block_.append(text); }
  void CloseScript();

  /// Fills properties, json_ld, author, date and generator.
  void Finish(ParsedPage& page);

 private:
  Arena& arena_;
  std::vector<MetaProperty> properties_;
  std::vector<std::string_view> blocks_;
  std::size_t block_bytes_ = 0;
  std::string block_;
  std::string_view author_;
  std::string_view generator_;
  std::string_view date_;
  int date_rank_ = 0;    // of date_; the best of several names of one thing counts
  int author_rank_ = 0;  // of author_
};

/// Gathers the headings that are shown. Runs on: parser process. Borrows the arena.
class HeadingCollector {
 public:
  explicit HeadingCollector(Arena& arena) : arena_(arena) {}

  /// `level`: 1 to 6. Ends the heading before it.
  void Open(int level);
  void Close();
  bool open() const { return open_; }
  /// `readable_end`: as of TextBuilder.
  void Characters(std::string_view text, const char* readable_end) { text_.Add(text, readable_end); }
  void Space() { text_.Space(); }

  void Finish(ParsedPage& page);

 private:
  Arena& arena_;
  std::vector<Heading> headings_;
  bool open_ = false;
  FoldedText text_;
};

}  // namespace trawl::parser
