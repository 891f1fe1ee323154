#include "ask/text_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "ask/quote.h"
#include "dns/text.h"

namespace pdns::ask {
namespace {

constexpr std::int64_t kMaxMemory = std::int64_t{4} << 20;  // bytes, of one compiled expression
constexpr std::string_view kSpecial = "*?[";
constexpr std::string_view kEscapable = "*?[]";

re2::RE2::Options OptionsOfNames() {
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // the text is ASCII
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  return options;
}

// How many bytes of the glob stand for one thing: 1, 2 (escaped), or a whole class; 0 for a class
// without an end.
std::size_t PieceSize(std::string_view glob) {
  if (glob.front() == '\\') {
    return glob.size() > 1 && kEscapable.find(glob[1]) != std::string_view::npos ? 2 : 1;
  }
  if (glob.front() != '[') return 1;
  std::size_t at = 1;
  if (at < glob.size() && (glob[at] == '!' || glob[at] == '^')) ++at;
  const std::size_t end = glob.find(']', at + 1);  // one that stands first is of the class
  return end == std::string_view::npos ? 0 : end + 1;
}

std::string ClassExpression(std::string_view piece) {
  std::string_view inside = piece.substr(1, piece.size() - 2);
  std::string out = "[";
  if (inside.starts_with('!') || inside.starts_with('^')) {
    out.push_back('^');
    inside.remove_prefix(1);
  }
  for (const char c : inside) {
    if (c == '[' || c == ']' || c == '^' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back(']');
  return out;
}

std::string PieceExpression(std::string_view piece) {
  switch (piece.front()) {
    case '*':
      return ".*";
    case '?':
      return ".";
    case '[':
      return ClassExpression(piece);
    default:
      return re2::RE2::QuoteMeta({piece.data() + piece.size() - 1, 1});
  }
}

}  // namespace

TextPattern::TextPattern(std::shared_ptr<const re2::RE2> compiled, bool dotted)
    : compiled_(std::move(compiled)), dotted_(dotted) {}

Result<TextPattern> TextPattern::Compile(std::string_view given, const std::string& expression,
                                         bool dotted) {
  auto compiled = std::make_unique<re2::RE2>(expression, OptionsOfNames());
  if (compiled->ok()) return TextPattern(std::move(compiled), dotted);
  return Status::Usage(
      fmt::format("{} is no pattern: {}", Quoted(given), Printable(compiled->error())));
}

Result<TextPattern> TextPattern::Glob(std::string_view glob) {
  std::string expression = "\\A";
  for (std::string_view rest = glob; !rest.empty();) {
    const std::size_t size = PieceSize(rest);
    if (size == 0) return Status::Usage(Quoted(glob) + ": a [ without its ]");
    // One run is as good as many, and cheaper.
    if (rest.front() != '*' || !expression.ends_with(".*"))
      expression += PieceExpression(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  return Compile(glob, expression + "\\z", false);
}

Result<TextPattern> TextPattern::Regex(std::string_view expression) {
  return Compile(expression, std::string(expression), expression.ends_with("\\.$"));
}

bool TextPattern::Matches(Bytes name) const {
  std::string text = dns::NameToText(name);
  if (!dotted_) text.pop_back();
  return re2::RE2::PartialMatch(text, *compiled_);
}

std::string TextPattern::Identity() const {
  return std::string(dotted_ ? "." : "-") + compiled_->pattern();
}

std::string_view LiteralTail(std::string_view glob) {
  std::string_view tail = glob;
  for (std::string_view rest = glob; !rest.empty();) {
    const std::size_t size = PieceSize(rest);
    if (size == 0) return {};
    const bool special = kSpecial.find(rest.front()) != std::string_view::npos;
    rest.remove_prefix(size);
    if (special) tail = rest;
  }
  return tail;
}

}  // namespace pdns::ask
