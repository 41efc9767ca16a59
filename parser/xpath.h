#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "parser/tree.h"

namespace trawl::parser {

/// Before the sandbox: libxml2 sets up what it would later look for in the environment.
void LoadXPath();

struct XPathError {
  std::size_t offset = 0;  ///< bytes into the expression
  std::string message;
};

/// A compiled XPath 1.0 expression (W3C, 16 November 1999), with the core functions alone. Runs on: any to
/// compile, parser process to evaluate. Const after construction.
class XPath {
 public:
  /// Nothing, and why, when it does not compile or names a function, variable or prefix that is not there.
  static std::optional<XPath> Compile(const std::string& text, XPathError& error);

 private:
  friend class XPathDocument;
  std::shared_ptr<void> compiled_;  // xmlXPathCompExpr
};

/// A page as XPath sees it: the elements of a tree by their names in lower case, without namespaces, their
/// attributes and texts. Built at the first question. Runs on: parser process. Borrows the tree.
class XPathDocument {
 public:
  static constexpr unsigned long kMaxSteps = 10'000'000;  ///< of all evaluations on one page

  /// An element's number, or the text of anything else: an attribute, a text node, a number, a truth value.
  using Value = std::variant<std::uint32_t, std::string>;

  explicit XPathDocument(const Tree& tree);
  ~XPathDocument();
  XPathDocument(const XPathDocument&) = delete;
  XPathDocument& operator=(const XPathDocument&) = delete;

  /// What it gives at an element, in document order; `element` 0 is the document itself.
  std::vector<Value> Evaluate(const XPath& expression, std::uint32_t element);
  /// The steps are used up: nothing more is found.
  bool exhausted() const { return exhausted_; }

 private:
  struct Built;
  void Build();

  const Tree& tree_;
  std::unique_ptr<Built> built_;
  bool exhausted_ = false;
};

}  // namespace trawl::parser
