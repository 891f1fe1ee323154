#include "json/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/whole_number.h"

namespace pdns::json {
namespace {

class WholeText final : public Input {
 public:
  explicit WholeText(std::string_view text) : rest_(text) {}
  std::string_view Peek() override { return rest_; }
  void Pass(std::size_t size) override { rest_.remove_prefix(size); }

 private:
  std::string_view rest_;
};

// Events -> a tree. What has begun is kept in `open_` and moved into what it stands in when it
// ends.
class Builder final : public Events {
 public:
  Value Release() { return std::move(root_); }

  void BeginObject() override { open_.push_back({true, {}}); }
  void EndObject() override { Close(); }
  void BeginArray() override { open_.push_back({false, {}}); }
  void EndArray(std::size_t /*elements*/) override { Close(); }
  void Key(std::string_view key) override { open_.back().parts.keys.emplace_back(key); }
  void Text(std::string_view text) override { Put(Value(std::string(text))); }
  void Number(std::string_view digits) override { Put(Value(Value::Digits{std::string(digits)})); }
  void Bool(bool truth) override { Put(Value(truth)); }
  void Null() override { Put(Value()); }

 private:
  struct Level {
    bool object;
    Value::Members parts;  // of an array without keys
  };

  void Close() {
    Level level = std::move(open_.back());
    open_.pop_back();
    Put(level.object ? Value(std::move(level.parts)) : Value(std::move(level.parts.values)));
  }

  void Put(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else {
      open_.back().parts.values.push_back(std::move(value));
    }
  }

  std::vector<Level> open_;
  Value root_;
};

std::string_view WhyOf(const Outcome& outcome) {
  switch (outcome.end) {
    case Outcome::End::kTooDeep:
      return "nested too deeply";
    case Outcome::End::kTooLong:
      return "a value is too long";
    case Outcome::End::kTooMany:
      return "too many values";
    case Outcome::End::kMalformed:
    case Outcome::End::kWhole:
      break;
  }
  return outcome.why;
}

}  // namespace

const Value* Value::Find(std::string_view key) const {
  const auto* const members = std::get_if<Members>(&data_);
  if (members == nullptr) return nullptr;
  const auto found = std::find(members->keys.begin(), members->keys.end(), key);
  return found == members->keys.end()
             ? nullptr
             : &members->values[static_cast<std::size_t>(found - members->keys.begin())];
}

std::optional<std::string_view> Value::AsText() const {
  const auto* const text = std::get_if<std::string>(&data_);
  return text == nullptr ? std::nullopt : std::optional<std::string_view>(*text);
}

std::optional<std::uint64_t> Value::AsNumber() const {
  const auto* const digits = std::get_if<Digits>(&data_);
  if (digits == nullptr) return std::nullopt;
  return WholeNumber<std::uint64_t>(digits->text);
}

std::optional<std::string_view> Value::TextOf(std::string_view key) const {
  const Value* const value = Find(key);
  return value == nullptr ? std::nullopt : value->AsText();
}

std::optional<std::uint64_t> Value::NumberOf(std::string_view key) const {
  const Value* const value = Find(key);
  return value == nullptr ? std::nullopt : value->AsNumber();
}

Result<Value> Parse(std::string_view text, const Limits& limits) {
  WholeText input(text);
  Builder builder;
  Limits own = limits;
  own.value_bytes = text.size();  // it is in memory already
  const Outcome outcome = Read(input, own, builder);
  if (outcome.end != Outcome::End::kWhole)
    return Status::Malformed(fmt::format("JSON, byte {}: {}", outcome.at, WhyOf(outcome)));
  return builder.Release();
}

}  // namespace pdns::json
