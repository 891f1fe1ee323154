#include "ask/name_pattern.h"

#include <fmt/format.h>

#include <array>

#include "ask/quote.h"
#include "dns/text.h"
#include "record/tuple_key.h"

namespace pdns::ask {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr char kEnd = '\0';        // of a label, and of a name
constexpr char kBehindEnd = '\1';  // behind a label and all below it
constexpr std::array<char, 2> kTwoEnds{kEnd, kEnd};
constexpr std::string_view kEnds(kTwoEnds.data(), kTwoEnds.size());  // of all names but the root

// Where the bytes stand that mean something; escaped ones do not.
struct Marks {
  std::size_t stars = 0;
  std::size_t star = kNone;      // the first
  std::size_t dot = kNone;       // the first
  std::size_t last_dot = kNone;  // between labels: not the one at the end
  bool dot_at_end = false;

  // The last label, unless it is the first, too.
  std::string_view LastOf(std::string_view text) const {
    if (last_dot == kNone) return {};
    text.remove_suffix(dot_at_end ? 1 : 0);
    return text.substr(last_dot + 1);
  }
};

Marks Scan(std::string_view text) {
  Marks marks;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '*') {
      if (marks.stars++ == 0) marks.star = at;
    } else if (text[at] == '.') {
      if (marks.dot == kNone) marks.dot = at;
      marks.dot_at_end = at + 1 == text.size();
      if (!marks.dot_at_end) marks.last_dot = at;
    }
  }
  return marks;
}

bool IsWildcard(std::string_view label) { return label == "*" || label == "+"; }

Status NoName(std::string_view text) {
  return Status::Usage(fmt::format(
      "{} is no domain name: labels have 1 to 63 bytes, a name at most 255", Quoted(text)));
}

Status NoPlace(std::string_view text) {
  return Status::Usage(
             fmt::format(
                 "{}: one * or + may stand for the labels in front (*.zone), for those behind "
                 "(www.example.*), or a * behind the beginning of the first label (paypal*.com)",
                 Quoted(text)))
      .With(Remedy::kPattern);
}

std::string Ordered(const record::Name& name) {
  std::string ordered;
  record::AppendOrderedName(ordered, name.wire());
  return ordered;
}

// What the ordered names of a name and all below it begin with.
std::string Subtree(const record::Name& top) {
  std::string ordered = Ordered(top);
  ordered.pop_back();
  return ordered;
}

// N(name) at the front of bytes; empty when there is none.
std::string_view OrderedNameOf(std::string_view bytes) {
  if (bytes.starts_with(kEnd)) return bytes.substr(0, 1);
  const std::size_t ends = bytes.find(kEnds);
  return ends == kNone ? std::string_view() : bytes.substr(0, ends + kEnds.size());
}

}  // namespace

Result<NamePattern> NamePattern::LabelBegins(std::string_view text, std::size_t star) {
  const std::string_view zone = text.substr(star + 1);
  const auto name = dns::NameFromText(std::string(text.substr(0, star)).append(zone));
  if (!name.has_value()) return NoName(text);
  std::string begin = Ordered(*name);
  if (!begin.ends_with(kEnds)) return NoName(text);
  begin.resize(begin.size() - kEnds.size());
  if (zone.empty()) return NamePattern(Kind::kLabelBegins, "", std::move(begin));
  return NamePattern(Kind::kPrefix, std::move(begin));
}

Result<NamePattern> NamePattern::Parse(std::string_view text) {
  const Marks marks = Scan(text);
  const std::string_view first = text.substr(0, marks.dot);
  const std::string_view last = marks.LastOf(text);
  const bool in_front = IsWildcard(first);
  const bool behind = IsWildcard(last);
  const std::size_t wildcards = (first == "*" ? 1U : 0U) + (last == "*" ? 1U : 0U);
  if (in_front && behind) return NoPlace(text);
  if (marks.stars != wildcards) {
    const bool alone = !in_front && !behind && marks.stars == 1;
    const bool ends_label = marks.star > 0 && marks.star + 1 == first.size();
    return alone && ends_label ? LabelBegins(text, marks.star) : NoPlace(text);
  }
  std::string_view plain = text;
  if (in_front) plain = marks.dot == kNone ? "" : text.substr(marks.dot + 1);
  if (in_front && plain.empty()) plain = ".";
  if (behind) plain = text.substr(0, marks.last_dot);
  const auto name = dns::NameFromText(plain);
  if (!name.has_value() || (behind && name->wire().size() == 1)) return NoName(text);
  if (in_front) return NamePattern(first == "*" ? Kind::kPrefix : Kind::kOneBelow, Subtree(*name));
  if (behind)
    return NamePattern(last == "*" ? Kind::kBegins : Kind::kBeginsOne, "", Ordered(*name));
  return NamePattern(Kind::kExact, Ordered(*name));
}

Result<NamePattern> NamePattern::Glob(std::string_view text) {
  std::string_view body = text;
  if (Scan(text).dot_at_end && text.size() > 1) body.remove_suffix(1);
  const std::string_view tail = LiteralTail(body);
  if (!body.empty() && tail.size() == body.size()) {
    const auto name = dns::NameFromText(body);
    if (!name.has_value()) return NoName(text);
    return NamePattern(Kind::kExact, Ordered(*name));
  }
  if (text.empty()) return NoName(text);
  auto matcher = TextPattern::Glob(body);
  if (!matcher.ok()) return matcher.status();
  NamePattern pattern(Kind::kText, "");
  if (const std::size_t dot = Scan(tail).dot; dot != kNone) {
    const auto zone = dns::NameFromText(tail.substr(dot + 1));
    if (zone.has_value()) pattern.prefix_ = Subtree(*zone);
  }
  pattern.text_ = std::move(*matcher);
  return pattern;
}

Result<NamePattern> NamePattern::Regex(std::string_view text) {
  if (text.empty()) return Status::Usage("an empty expression would match every name");
  auto matcher = TextPattern::Regex(text);
  if (!matcher.ok()) return matcher.status();
  NamePattern pattern(Kind::kText, "");
  pattern.text_ = std::move(*matcher);
  return pattern;
}

store::Step NamePattern::Match(std::string_view ordered, std::string& jump) const {
  if (!filters()) return ordered.starts_with(prefix_) ? store::Step::kTake : store::Step::kSkip;
  // No ordered name is the beginning of another.
  if (last_name_.empty() || !ordered.starts_with(last_name_)) {
    const std::string_view name = OrderedNameOf(ordered);
    if (name.empty()) return store::Step::kSkip;
    last_name_ = name;
    last_step_ = Judge(name, last_jump_);
  }
  if (last_step_ == store::Step::kJump) jump = last_jump_;
  return last_step_;
}

bool NamePattern::Matches(const record::Name& name) const {
  const std::string ordered = Ordered(name);
  if (!filters()) return ordered.starts_with(prefix_);
  std::string jump;
  return Judge(ordered, jump) == store::Step::kTake;
}

std::string NamePattern::Identity() const {
  std::string identity{static_cast<char>(kind_)};
  AppendSized(identity, prefix_);
  AppendSized(identity, labels_);
  if (text_.has_value()) AppendSized(identity, text_->Identity());
  return identity;
}

store::Step NamePattern::Judge(std::string_view name, std::string& jump) const {
  const auto take_if = [](bool matches) {
    return matches ? store::Step::kTake : store::Step::kSkip;
  };
  if (!name.starts_with(prefix_)) return store::Step::kSkip;
  switch (kind_) {
    case Kind::kExact:
    case Kind::kPrefix:
      return store::Step::kTake;
    case Kind::kOneBelow:
      return JudgeOneBelow(name, jump);
    case Kind::kBegins:
      return take_if(name.size() > labels_.size() && name.ends_with(labels_) &&
                     name[name.size() - labels_.size() - 1] == kEnd);
    case Kind::kBeginsOne:
      return JudgeBeginsOne(name, jump);
    case Kind::kLabelBegins:
      return take_if(HasLabel(name));
    case Kind::kText:
      return take_if(HasText(name));
  }
  return store::Step::kSkip;
}

store::Step NamePattern::JudgeOneBelow(std::string_view name, std::string& jump) const {
  const std::size_t end = name.find(kEnd, prefix_.size());
  if (end == prefix_.size() || end == kNone) return store::Step::kSkip;  // the zone itself
  if (end + kEnds.size() == name.size()) return store::Step::kTake;
  jump.assign(name.substr(0, end)).push_back(kBehindEnd);
  return store::Step::kJump;
}

store::Step NamePattern::JudgeBeginsOne(std::string_view name, std::string& jump) const {
  const std::size_t end = name.find(kEnd);
  if (end == 0 || end == kNone) return store::Step::kSkip;  // the root
  const std::string_view below = name.substr(end + 1);
  if (below == labels_) return store::Step::kTake;
  if (below.compare(labels_) < 0) {
    jump.assign(name.substr(0, end + 1)).append(labels_);
  } else {
    jump.assign(name.substr(0, end)).push_back(kBehindEnd);
  }
  return store::Step::kJump;
}

bool NamePattern::HasLabel(std::string_view name) const {
  for (std::size_t at = 0; at < name.size(); at = name.find(kEnd, at) + 1) {
    if (name.substr(at).starts_with(labels_)) return true;
  }
  return false;
}

bool NamePattern::HasText(std::string_view name) const {
  Cursor cursor(AsBytes(name));
  const record::Name read = record::ReadOrderedName(cursor);
  return cursor.AtEnd() && text_->Matches(read.wire());
}

}  // namespace pdns::ask
