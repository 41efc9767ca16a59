#include "parser/xpath.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

namespace trawl::parser {
namespace {

using XmlDocument = std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)>;
using XPathContext = std::unique_ptr<xmlXPathContext, decltype(&xmlXPathFreeContext)>;
using Evaluated = std::unique_ptr<xmlXPathObject, decltype(&xmlXPathFreeObject)>;

// libxml2's own way of telling is stderr.
void Ignore(void*, xmlErrorPtr) {}
void IgnoreText(void*, const char*, ...) {}

XmlDocument NewDocument() {
  return {xmlNewDoc(reinterpret_cast<const xmlChar*>("1.0")), xmlFreeDoc};
}

XPathContext NewContext(xmlDoc* document) {
  XPathContext context(xmlXPathNewContext(document), xmlXPathFreeContext);
  context->error = Ignore;
  return context;
}

const xmlChar* Characters(const std::string& text) {
  return reinterpret_cast<const xmlChar*>(text.c_str());
}

std::string TextOf(xmlChar* text) {
  const std::unique_ptr<xmlChar, decltype(xmlFree)> owner(text, xmlFree);
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text));
}

int CodeOf(const xmlXPathContext& context) {
  return context.lastError.code - XML_XPATH_EXPRESSION_OK;
}

XPathError ErrorOf(const xmlXPathContext& context) {
  const int at = context.lastError.int1;
  XPathError error{at > 0 ? static_cast<std::size_t>(at) : 0, "is no XPath 1.0"};
  switch (CodeOf(context)) {
    case XPATH_UNFINISHED_LITERAL_ERROR:
      error.message = "a quote is not closed";
      break;
    case XPATH_VARIABLE_REF_ERROR:
    case XPATH_UNDEF_VARIABLE_ERROR:
      error.message = "there are no variables";
      break;
    case XPATH_INVALID_PREDICATE_ERROR:
      error.message = "a predicate is not closed or empty";
      break;
    case XPATH_EXPR_ERROR:
      error.message = "an expression is expected here";
      break;
    case XPATH_UNCLOSED_ERROR:
      error.message = "a parenthesis is not closed";
      break;
    case XPATH_UNKNOWN_FUNC_ERROR:
      error.message = "names a function that is not there: only the core functions are";
      break;
    case XPATH_INVALID_TYPE:
      error.message = "a value has the wrong type there";
      break;
    case XPATH_INVALID_ARITY:
      error.message = "a function has too many arguments or too few";
      break;
    case XPATH_UNDEF_PREFIX_ERROR:
      error.message = "names a prefix; elements have none here";
      break;
    case XPATH_OP_LIMIT_EXCEEDED:
    case XPATH_RECURSION_LIMIT_EXCEEDED:
      error.message = "is nested too deeply";
      break;
    default:
      break;
  }
  return error;
}

// Numbered from 1 in the pointer that libxml2 leaves to its user.
void* Mark(std::uint32_t element) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(element) + 1);
}

}  // namespace

void LoadXPath() {
  xmlInitParser();
  xmlSetGenericErrorFunc(nullptr, IgnoreText);
}

std::optional<XPath> XPath::Compile(const std::string& text, XPathError& error) {
  LoadXPath();
  const XmlDocument empty = NewDocument();
  const XPathContext context = NewContext(empty.get());
  XPath xpath;
  xpath.compiled_ = std::shared_ptr<void>(
      xmlXPathCtxtCompile(context.get(), Characters(text)),
      [](void* compiled) { xmlXPathFreeCompExpr(static_cast<xmlXPathCompExprPtr>(compiled)); });
  if (!xpath.compiled_) {
    error = ErrorOf(*context);
    return std::nullopt;
  }
  // What is not there is known when it is asked for: a page without anything is enough.
  const Evaluated outcome(
      xmlXPathCompiledEval(static_cast<xmlXPathCompExprPtr>(xpath.compiled_.get()), context.get()),
      xmlXPathFreeObject);
  if (!outcome) {
    error = ErrorOf(*context);
    error.offset = 0;
    if (CodeOf(*context) <= XPATH_EXPRESSION_OK)  // it tells of these in words alone
      error.message = "names a function or a prefix that is not there: only the core functions are";
    return std::nullopt;
  }
  return xpath;
}

struct XPathDocument::Built {
  XmlDocument document = NewDocument();
  std::vector<xmlNode*> nodes;  // of each element
  XPathContext context{nullptr, xmlXPathFreeContext};
};

XPathDocument::XPathDocument(const Tree& tree) : tree_(tree) {}
XPathDocument::~XPathDocument() = default;

// Texts stand in document order among the elements: before an element come all that begin before it.
void XPathDocument::Build() {
  built_ = std::make_unique<Built>();
  std::vector<xmlNode*>& nodes = built_->nodes;
  nodes.reserve(tree_.size());
  std::uint32_t told = 0;
  const auto tell_texts = [&](std::uint32_t until) {
    for (; told < until; ++told) {
      const TreeText& text = tree_.Text(told);
      xmlAddChild(nodes[text.parent],
                  xmlNewDocTextLen(built_->document.get(), reinterpret_cast<const xmlChar*>(text.text.data()),
                                   static_cast<int>(text.text.size())));
    }
  };
  std::string name, value;
  for (std::uint32_t i = 0; i < tree_.size(); ++i) {
    const TreeElement& element = tree_[i];
    tell_texts(element.texts_begin);
    name = element.name;
    xmlNode* const node = xmlNewDocNode(built_->document.get(), nullptr, Characters(name), nullptr);
    if (node == nullptr) {
      exhausted_ = true;
      return;
    }
    node->_private = Mark(i);
    nodes.push_back(node);
    for (const TreeAttribute& attribute : tree_.Attributes(element)) {
      name = attribute.name;
      value = attribute.value;
      xmlNewProp(node, Characters(name), Characters(value));
    }
    if (element.parent == Tree::kNone)
      xmlDocSetRootElement(built_->document.get(), node);
    else
      xmlAddChild(nodes[element.parent], node);
  }
  if (tree_.size() > 0) tell_texts(tree_[0].texts_end);
  built_->context = NewContext(built_->document.get());
  built_->context->opLimit = kMaxSteps;
}

std::vector<XPathDocument::Value> XPathDocument::Evaluate(const XPath& expression, std::uint32_t element) {
  std::vector<Value> values;
  if (exhausted_) return values;
  if (!built_) Build();
  if (exhausted_) return values;
  xmlXPathContext& context = *built_->context;
  context.node = element == 0 ? reinterpret_cast<xmlNode*>(built_->document.get()) : built_->nodes[element];
  xmlResetError(&context.lastError);
  const Evaluated outcome(
      xmlXPathCompiledEval(static_cast<xmlXPathCompExprPtr>(expression.compiled_.get()), &context),
      xmlXPathFreeObject);
  if (!outcome) {
    exhausted_ = CodeOf(context) == XPATH_OP_LIMIT_EXCEEDED;
    return values;
  }
  if (outcome->type != XPATH_NODESET) {
    values.emplace_back(TextOf(xmlXPathCastToString(outcome.get())));
    return values;
  }
  if (outcome->nodesetval == nullptr) return values;
  xmlXPathNodeSetSort(outcome->nodesetval);
  for (int i = 0; i < outcome->nodesetval->nodeNr; ++i) {
    xmlNode* const node = outcome->nodesetval->nodeTab[i];
    if (node->type == XML_ELEMENT_NODE)
      values.emplace_back(static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(node->_private) - 1));
    else
      values.emplace_back(TextOf(xmlXPathCastNodeToString(node)));
  }
  return values;
}

}  // namespace trawl::parser
