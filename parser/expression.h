#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace trawl::parser {

struct ExpressionError {
  std::size_t offset = 0;  ///< bytes into the expression
  std::string message;     ///< what is wrong there
};

/// A user's regular expression, compiled by RE2: linear time whatever the text. Runs on: any. Owns what it
/// compiled; const after that.
class Expression {
 public:
  /// Nothing where `text` is none that RE2 takes; then `error` says why.
  static std::optional<Expression> Compile(const std::string& text, ExpressionError& error);

  ~Expression();
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;

  /// Whether it matches anywhere in `text`.
  bool Matches(std::string_view text) const;
  /// What its first group matched, or without groups what it matched; a view of `text`. Nothing where it does
  /// not match, or its group took no part.
  std::optional<std::string_view> Find(std::string_view text) const;

 private:
  explicit Expression(std::unique_ptr<re2::RE2> compiled);

  std::unique_ptr<re2::RE2> compiled_;
};

}  // namespace trawl::parser
