// Patterns over the text of a name, for what its labels cannot say. Guest: RE2, whose time grows
// with the text alone, whatever the expression is.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "record/name.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace pdns::ask {

// Any thread, once it is made. Told names as dns::NameToText writes them, without the trailing dot;
// case does not count. Copies share the compiled expression, a few MiB at most.
class TextPattern {
 public:
  // The whole of the text: `*` any run, `?` one character, `[a-z]` one of a class, `[!a-z]` one of
  // none. A backslash makes the next of these a plain character; other backslashes are those of the
  // text. kUsage.
  static Result<TextPattern> Glob(std::string_view glob);

  // RE2's syntax, anywhere in the text; an expression that ends in `\.$` sees the trailing dot.
  // kUsage, with RE2's words.
  static Result<TextPattern> Regex(std::string_view expression);

  bool Matches(Bytes name) const;

  // What two patterns share just where they were compiled from the same.
  std::string Identity() const;

 private:
  TextPattern(std::shared_ptr<const re2::RE2> compiled, bool dotted);
  static Result<TextPattern> Compile(std::string_view given, const std::string& expression,
                                     bool dotted);

  std::shared_ptr<const re2::RE2> compiled_;
  bool dotted_;  // the text keeps its trailing dot
};

// The text behind the last `*`, `?` or class of a glob; all of it when there is none.
std::string_view LiteralTail(std::string_view glob);

}  // namespace pdns::ask
