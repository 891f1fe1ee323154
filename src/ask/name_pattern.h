// What names a question is about: text -> [NamePattern] -> a span of ordered names, and a test of
// the names in it.
//
// Works on N(name) of record/tuple_key.h, labels from the top-level domain on. Text is as people
// type it, in any case, with or without a trailing dot, escaped as RFC 1035 5.1 has it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ask/text_pattern.h"
#include "base/status.h"
#include "record/name.h"
#include "store/selection.h"

namespace pdns::ask {

// One thread at a time: the last verdict is remembered, rows of one name follow each other.
class NamePattern final : public store::NameTest {
 public:
  // www.blah.org   that name
  // *.blah.org     that name and all below it; `*` and `*.`: everything
  // +.blah.org     the names one label below it
  // www.example.*  names that begin with these labels and have more, one at least
  // www.example.+  names that begin with these labels and have one more
  // paypal*.com    labels right below com that begin so, and all below such; `paypal*.`: likewise
  //                below the root
  // paypal*        names with any label that begins so
  // kUsage for anything else; with Remedy::kPattern where a Glob may say it. A `\*` is a plain
  // character everywhere.
  static Result<NamePattern> Parse(std::string_view text);

  // TextPattern::Glob. Literal labels on the right, all behind a dot, narrow the range: that dot is
  // one between labels. A glob without wildcards is an exact name. kUsage.
  static Result<NamePattern> Glob(std::string_view text);

  // TextPattern::Regex. kUsage.
  static Result<NamePattern> Regex(std::string_view text);

  // Bytes with which the ordered names of all that match begin; empty: any.
  const std::string& prefix() const { return prefix_; }

  bool exact() const { return kind_ == Kind::kExact; }

  // Not all names behind the prefix match: ask Match.
  bool filters() const { return kind_ != Kind::kExact && kind_ != Kind::kPrefix; }

  // Every name of a side is looked at.
  bool whole() const {
    return prefix_.empty() && kind_ != Kind::kOneBelow && kind_ != Kind::kBeginsOne;
  }

  // Take, skip, or jump. Names outside the prefix are skipped, and so are bytes that do not begin
  // with an ordered name.
  store::Step Match(std::string_view ordered, std::string& jump) const override;

  bool Matches(const record::Name& name) const;

  // Bytes that two patterns share just where they were made of the same.
  std::string Identity() const;

 private:
  enum class Kind : std::uint8_t {
    kExact,        // the prefix is one name
    kPrefix,       // the prefix says all
    kOneBelow,     // one label behind the prefix
    kBegins,       // `labels_`, a whole ordered name, behind one label or more
    kBeginsOne,    // the same behind one
    kLabelBegins,  // a label that begins with `labels_`
    kText,         // `text_`
  };

  NamePattern(Kind kind, std::string prefix, std::string labels = {})
      : kind_(kind), prefix_(std::move(prefix)), labels_(std::move(labels)) {}

  static Result<NamePattern> LabelBegins(std::string_view text, std::size_t star);

  store::Step Judge(std::string_view name, std::string& jump) const;
  store::Step JudgeOneBelow(std::string_view name, std::string& jump) const;
  store::Step JudgeBeginsOne(std::string_view name, std::string& jump) const;
  bool HasLabel(std::string_view name) const;
  bool HasText(std::string_view name) const;

  Kind kind_;
  std::string prefix_;
  std::string labels_;  // ordered and escaped like the prefix
  std::optional<TextPattern> text_;

  mutable std::string last_name_;  // ordered; empty: none yet
  mutable store::Step last_step_ = store::Step::kSkip;
  mutable std::string last_jump_;
};

}  // namespace pdns::ask
