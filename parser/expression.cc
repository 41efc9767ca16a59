#include "parser/expression.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace trawl::parser {
namespace {

// Many expressions share the memory of one worker; past it RE2 goes on more slowly.
constexpr std::int64_t kMemory = 1 << 20;

re2::StringPiece PieceOf(std::string_view text) {
  return {text.data(), text.size()};
}

// Of a parenthesis that has no other one RE2 tells no place: the first that is open at the end, or closes
// nothing; npos where all match.
std::size_t UnmatchedParenthesis(std::string_view text) {
  std::vector<std::size_t> open;
  bool in_class = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (in_class) {
      in_class = text[at] != ']';
    } else if (text[at] == '[') {
      in_class = true;
    } else if (text[at] == '(') {
      open.push_back(at);
    } else if (text[at] == ')') {
      if (open.empty()) return at;
      open.pop_back();
    }
  }
  return open.empty() ? text.npos : open.front();
}

std::size_t OffsetOf(const re2::RE2& wrong, std::string_view text) {
  const std::string& part = wrong.error_arg();
  if (part == text) {
    if (const std::size_t at = UnmatchedParenthesis(text); at != text.npos) return at;
  }
  return std::min(text.find(part), text.size());
}

}  // namespace

Expression::Expression(std::unique_ptr<re2::RE2> compiled) : compiled_(std::move(compiled)) {}
Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;

std::optional<Expression> Expression::Compile(const std::string& text, ExpressionError& error) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMemory);
  auto compiled = std::make_unique<re2::RE2>(text, options);
  if (compiled->ok()) return Expression(std::move(compiled));
  error = {OffsetOf(*compiled, text), compiled->error()};
  return std::nullopt;
}

bool Expression::Matches(std::string_view text) const {
  return re2::RE2::PartialMatch(PieceOf(text), *compiled_);
}

std::optional<std::string_view> Expression::Find(std::string_view text) const {
  re2::StringPiece groups[2];
  const int wanted = std::min(1, compiled_->NumberOfCapturingGroups()) + 1;
  if (!compiled_->Match(PieceOf(text), 0, text.size(), re2::RE2::UNANCHORED, groups, wanted))
    return std::nullopt;
  const re2::StringPiece& found = groups[wanted - 1];
  if (found.data() == nullptr) return std::nullopt;
  return std::string_view(found.data(), found.size());
}

}  // namespace trawl::parser
