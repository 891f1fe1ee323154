// A small JSON document, whole in memory: text -> [Parse] -> Value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/status.h"
#include "json/reader.h"

namespace pdns::json {

// A value of a document; its own copy of everything: 56 bytes, and the texts longer than 15. As a
// const value, any thread may call.
class Value {
 public:
  struct Digits {
    std::string text;  // of a number, as it is written
  };
  using Elements = std::vector<Value>;
  struct Members {  // in the order of the document; a key may come twice
    std::vector<std::string> keys;
    Elements values;  // as many
  };
  using Data = std::variant<std::monostate, bool, Digits, std::string, Elements, Members>;

  Value() = default;  // null
  explicit Value(Data data) : data_(std::move(data)) {}

  bool IsObject() const { return std::holds_alternative<Members>(data_); }
  bool IsTrue() const { return std::holds_alternative<bool>(data_) && std::get<bool>(data_); }

  // Nothing where it is of another kind. A number is one that is written without a sign, a fraction
  // or an exponent, and fits.
  std::optional<std::string_view> AsText() const;
  std::optional<std::uint64_t> AsNumber() const;
  const Elements* AsArray() const { return std::get_if<Elements>(&data_); }

  // The first member of that name; null where there is none, or where this is no object.
  const Value* Find(std::string_view key) const;

  // Such a member as one of these kinds.
  std::optional<std::string_view> TextOf(std::string_view key) const;
  std::optional<std::uint64_t> NumberOf(std::string_view key) const;

 private:
  Data data_;
};

// A value is two bytes of a text at least, and 56 here, with a key 88, which doubles while they are
// many and become more: with as many as this, at most 9 MiB and what the texts take.
inline constexpr Limits kSmallDocument{.values = std::size_t{1} << 15};

// The whole of the text is one document. kMalformed, naming the byte and what is wrong: also beyond
// `limits`. How long the text may be is for the caller to say. Any thread.
Result<Value> Parse(std::string_view text, const Limits& limits = kSmallDocument);

}  // namespace pdns::json
