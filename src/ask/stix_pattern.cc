#include "ask/stix_pattern.h"

#include <algorithm>
#include <array>
#include <string>

#include "ask/ascii.h"

namespace pdns::ask {
namespace {

constexpr std::array<std::string_view, 7> kObjects{"domain-name",  "ipv4-addr",  "ipv6-addr",
                                                   "url",          "email-addr", "network-traffic",
                                                   "email-message"};

bool IsOfWord(char c) { return IsLetter(c) || IsDigit(c) || c == '_' || c == '-'; }

class Reader {
 public:
  Reader(std::string_view pattern, const std::function<void(std::string_view)>& each)
      : rest_(pattern), each_(each) {}

  Status Read() {
    Status status;
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '\'') {
        cut_ = cut_ || !ReadLiteral();
        if (Status judged = Judge(); status.ok()) status = judged;
      } else if (IsOfWord(c)) {
        ReadWord();
      } else {
        ReadSign(c);
      }
    }
    return cut_ ? Status::Usage("a pattern of STIX with a quote that does not end") : status;
  }

 private:
  enum class Op : unsigned char { kNone, kEqual, kPattern, kOther };

  // 'it\'s', at the front, into literal_.
  bool ReadLiteral() {
    literal_.clear();
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != '\'') {
      if (rest_.front() == '\\') rest_.remove_prefix(1);
      if (rest_.empty()) return false;
      literal_.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void ReadSign(char c) {
    if (c == '=' && op_ == Op::kNone) op_ = Op::kEqual;
    if (c == '!' || c == '<' || c == '>') op_ = Op::kOther;
    if (c == ']') wanted_ = false;
    rest_.remove_prefix(1);
  }

  Status Judge() {
    if (!wanted_ || cut_) return {};
    if (op_ == Op::kEqual) each_(literal_);
    if (op_ != Op::kPattern) return {};
    return Status::Usage("a pattern of STIX with LIKE or MATCHES, which is no value")
        .With(Remedy::kPattern);
  }

  std::string_view CutWord() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), IsOfWord);
    const std::string_view word = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(word.size());
    return word;
  }

  // A path, the word of a comparison, or anything else, which says nothing here.
  void ReadWord() {
    const std::string_view word = CutWord();
    if (rest_.starts_with(':')) return ReadPath(word);
    if (word == "IN" || word == "ISSUBSET") {
      if (op_ == Op::kNone) op_ = Op::kEqual;
    } else if (word == "LIKE" || word == "MATCHES") {
      if (op_ == Op::kNone) op_ = Op::kPattern;
    } else if (word == "NOT" || word == "ISSUPERSET") {
      op_ = Op::kOther;
    } else if (word == "AND" || word == "OR") {
      wanted_ = false;
    }
  }

  // domain-name:resolves_to_refs[*].value, file:hashes.'SHA-256': from the colon on.
  void ReadPath(std::string_view object) {
    std::string_view last;
    while (!rest_.empty() && (rest_.front() == ':' || rest_.front() == '.')) {
      rest_.remove_prefix(1);
      if (rest_.starts_with('\'')) {
        cut_ = cut_ || !ReadLiteral();
        last = {};
      } else {
        last = CutWord();
      }
      if (rest_.starts_with('[')) {
        rest_.remove_prefix(std::min(rest_.find(']'), rest_.size() - 1) + 1);
        last = {};
      }
    }
    op_ = Op::kNone;
    wanted_ =
        last == "value" && std::find(kObjects.begin(), kObjects.end(), object) != kObjects.end();
  }

  std::string_view rest_;
  const std::function<void(std::string_view)>& each_;
  Op op_ = Op::kNone;
  bool wanted_ = false;  // the path that was read last
  bool cut_ = false;     // a quote does not end
  std::string literal_;
};

}  // namespace

Status StixValues(std::string_view pattern, const std::function<void(std::string_view)>& each) {
  return Reader(pattern, each).Read();
}

}  // namespace pdns::ask
