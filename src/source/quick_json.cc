#include "source/quick_json.h"

#include <cstdint>
#include <cstring>
#include <string>

namespace pdns::source {
namespace {

// Is every byte one of 0x20..0x7f? Eight at a time: a byte above has its highest bit set, and one
// below gets it by the subtraction, unless a byte below it borrowed, which had it itself.
bool IsPlain(std::string_view text) {
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  constexpr std::uint64_t kSpaces = 0x2020202020202020;
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    if (((word | (word - kSpaces)) & kHigh) != 0) return false;
  }
  for (; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte >= 0x80) return false;
  }
  return true;
}

class QuickReader {
 public:
  QuickReader(std::string_view text, const json::Limits& limits, json::Events& events)
      : text_(text), limits_(limits), events_(events) {}

  bool Read() {
    if (!IsPlain(text_)) return false;
    escapes_ = text_.find('\\') != std::string_view::npos;
    return Object() && at_ == text_.size();
  }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Pass(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  bool Count() { return values_++ < limits_.values; }

  bool Object() {
    if (!Pass('{') || !Count()) return false;
    events_.BeginObject();
    if (Peek() == '}') return false;
    do {
      std::string_view key;
      if (!String(key) || !Pass(':')) return false;
      events_.Key(key);
      if (!Value(1)) return false;
    } while (Pass(','));
    if (!Pass('}')) return false;
    events_.EndObject();
    return true;
  }

  // NOLINTNEXTLINE(misc-no-recursion): at most kDeepest levels
  bool Value(std::size_t depth) {
    const char first = Peek();
    if (first == '[') return Array(depth);
    if (!Count()) return false;
    if (first != '"') return Number();
    std::string_view text;
    if (!String(text)) return false;
    events_.Text(text);
    return true;
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  bool Array(std::size_t depth) {
    constexpr std::size_t kDeepest = 4;
    if (depth == kDeepest || depth == limits_.depth || !Pass('[') || !Count()) return false;
    events_.BeginArray();
    std::size_t elements = 0;
    if (Peek() != ']') {
      do {
        if (!Value(depth + 1)) return false;
        ++elements;
      } while (Pass(','));
    }
    if (!Pass(']')) return false;
    events_.EndArray(elements);
    return true;
  }

  bool Number() {
    const std::size_t start = at_;
    while (Peek() >= '0' && Peek() <= '9') ++at_;
    const std::string_view digits = text_.substr(start, at_ - start);
    // What may follow a whole number; a fraction or an exponent may not.
    const char next = Peek();
    if (digits.empty() || (next != ',' && next != '}' && next != ']')) return false;
    if (digits.size() > 1 && digits.front() == '0') return false;
    events_.Number(digits);
    return true;
  }

  bool String(std::string_view& string) {
    if (!Pass('"')) return false;
    const std::size_t end = text_.find('"', at_);
    if (end == std::string_view::npos) return false;
    string = text_.substr(at_, end - at_);
    if (escapes_ && string.find('\\') != std::string_view::npos) return Unescape(string);
    at_ = end + 1;
    return true;
  }

  bool Unescape(std::string_view& string) {
    unescaped_.clear();
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
        if (Peek() != '\\' && Peek() != '"' && Peek() != '/') return false;
      }
      unescaped_.push_back(text_[at_]);
    }
    string = unescaped_;
    return Pass('"');
  }

  std::string_view text_;
  const json::Limits& limits_;
  json::Events& events_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
  bool escapes_ = false;  // anywhere
  std::string unescaped_;
};

}  // namespace

bool ReadQuickly(std::string_view text, const json::Limits& limits, json::Events& events) {
  return QuickReader(text, limits, events).Read();
}

}  // namespace pdns::source
