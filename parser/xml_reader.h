#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trawl::parser {

/// What an XML document is told to. Names are without prefix; views live for the call.
class XmlSink {
 public:
  using Attributes = std::vector<std::pair<std::string_view, std::string_view>>;
  virtual ~XmlSink() = default;
  virtual void OnStart(std::string_view name, const Attributes& attributes) = 0;
  /// An end tag that the end of the document cuts off has no name: it is that of the innermost element.
  virtual void OnEnd(std::string_view name) = 0;
  /// A stretch of text; one element may have many.
  virtual void OnText(std::string_view text) = 0;
};

enum class XmlEnd {
  kWhole,     ///< well-formed to its end
  kBroken,    ///< not well-formed: what comes behind the error was read leniently
  kEntities,  ///< it declares entities, which nothing honest that a crawler reads does: not read any further
};

/// Reads a document in UTF-8, whatever it says of its encoding. Behind an error the tags are read one by one,
/// without asking whether they match. No entity is ever expanded but the five of XML and references to
/// characters; nothing outside the document is read. Runs in a parser process. The door to expat.
XmlEnd ReadXml(std::string_view utf8, XmlSink& sink);

}  // namespace trawl::parser
