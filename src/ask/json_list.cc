#include "ask/json_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "ask/ascii.h"
#include "ask/indicator.h"
#include "ask/stix_pattern.h"
#include "json/reader.h"

namespace pdns::ask {
namespace {

// The text of a list as the room json reads it.
class ListInput final : public json::Input {
 public:
  explicit ListInput(Utf8Text& text) : text_(text) {}
  std::string_view Peek() override { return text_.Peek(); }
  void Pass(std::size_t size) override { text_.Pass(size); }

 private:
  Utf8Text& text_;
};

// Which part of a value is one to ask for, by the type of its attribute or object.
enum class Part : std::uint8_t { kNone, kWhole, kFirst, kBoth };

Part PartOf(std::string_view type) {
  static constexpr std::array<std::string_view, 14> kWholes{
      "domain",      "hostname",  "ip-src",    "ip-dst",    "url",
      "uri",         "email",     "email-src", "email-dst", "email-reply-to",
      "domain-name", "ipv4-addr", "ipv6-addr", "email-addr"};
  static constexpr std::array<std::string_view, 3> kFirsts{"ip-src|port", "ip-dst|port",
                                                           "hostname|port"};
  const auto is_one_of = [type](const auto& all) {
    return std::find(all.begin(), all.end(), type) != all.end();
  };
  if (is_one_of(kWholes)) return Part::kWhole;
  if (is_one_of(kFirsts)) return Part::kFirst;
  return type == "domain|ip" ? Part::kBoth : Part::kNone;
}

// What an object or an array is, or its members are.
enum class Kind : std::uint8_t { kOther, kAttribute, kObject };

Kind KindUnder(std::string_view key) {
  if (key == "Attribute") return Kind::kAttribute;
  return key == "objects" ? Kind::kObject : Kind::kOther;
}

// What a document holds, member by member.
class Reading final : public json::Events {
 public:
  explicit Reading(const JsonListSink& sink) : sink_(sink) {}

  std::uint64_t passed_over() const { return passed_over_; }
  bool known() const { return known_; }

  void Null() override { BeginValue(); }
  void Bool(bool /*truth*/) override { BeginValue(); }
  void Number(std::string_view /*digits*/) override { BeginValue(); }
  void Key(std::string_view key) override {
    levels_[depth_ - 1].key = key.substr(0, kMostOfKey);
    const bool of_misp = depth_ <= 2 && (key == "Event" || key == "response");
    known_ = known_ || of_misp || KindUnder(key) != Kind::kOther;
  }
  void Text(std::string_view value) override {
    BeginValue();
    if (depth_ == 0) return;
    Level& level = levels_[depth_ - 1];
    known_ = known_ || (depth_ == 1 && level.key == "type" && value == "bundle");
    if (level.kind != Kind::kOther) level.Keep(value);
  }
  void BeginObject() override { Open(false); }
  void EndObject() override {
    if (levels_[depth_ - 1].kind != Kind::kOther) Judge(levels_[depth_ - 1]);
    --depth_;
  }
  void BeginArray() override { Open(true); }
  void EndArray(std::size_t elements) override {
    known_ = known_ || (depth_ == 1 && elements == 0);  // nothing was found
    --depth_;
  }

 private:
  static constexpr std::size_t kMostOfKey = 64;  // bytes, in places

  struct Level {
    bool array = false;
    Kind kind = Kind::kOther;     // of an object: what it is itself
    Kind members = Kind::kOther;  // what objects right in it are
    std::uint64_t count = 0;      // of an array: elements begun
    std::string key;              // of an object: the member that is being read
    std::string type;
    std::string value;
    std::string pattern;
    std::string pattern_type;

    // What is too long for an indicator is refused all the same, cut or not.
    void Keep(std::string_view text) {
      constexpr std::size_t kMost = 2 * kMaxIndicator;
      if (key == "type") type = text.substr(0, kMost);
      if (key == "value") value = text.substr(0, kMost);
      if (key == "pattern") pattern = text;
      if (key == "pattern_type") pattern_type = text.substr(0, kMost);
    }
  };

  void BeginValue() {
    if (depth_ > 0 && levels_[depth_ - 1].array) ++levels_[depth_ - 1].count;
  }

  void Open(bool array) {
    BeginValue();
    if (levels_.size() == depth_) levels_.emplace_back();
    Level fresh;
    fresh.array = array;
    if (depth_ > 0) {
      const Level& around = levels_[depth_ - 1];
      const Kind named = around.array ? Kind::kOther : KindUnder(around.key);
      // "Attribute": {..} is one; "objects": {"0": {..}} holds some, as STIX 2.0 has it.
      if (array || named == Kind::kObject) fresh.members = named;
      if (!array) fresh.kind = named == Kind::kAttribute ? named : around.members;
    }
    levels_[depth_++] = std::move(fresh);
  }

  std::string Place(std::string_view member) const {
    std::string place;
    for (std::size_t i = 0; i + 1 < depth_; ++i) {
      const Level& level = levels_[i];
      if (level.array) {
        place += fmt::format("[{}]", level.count - 1);
      } else {
        place += (place.empty() ? "" : ".") + level.key;
      }
    }
    return place.append(place.empty() ? "" : ".").append(member);
  }

  void Add(std::string_view member, std::string_view value) {
    const Status status = sink_.add(value);
    if (!status.ok()) sink_.refuse(Place(member), value, status);
  }

  void Judge(const Level& level) {
    const Part part = PartOf(level.type);
    const bool stix = level.pattern_type.empty() || level.pattern_type == "stix";
    if (part != Part::kNone && !level.value.empty()) {
      const std::size_t bar = part == Part::kWhole ? std::string::npos : level.value.find('|');
      Add("value", std::string_view(level.value).substr(0, bar));
      if (part == Part::kBoth && bar != std::string::npos)
        Add("value", std::string_view(level.value).substr(bar + 1));
    } else if (level.kind == Kind::kObject && level.type == "indicator" && stix) {
      AddPattern(level.pattern);
    } else {
      ++passed_over_;
    }
  }

  void AddPattern(const std::string& pattern) {
    bool any = false;
    const Status status = StixValues(pattern, [&](std::string_view value) {
      any = true;
      Add("pattern", value);
    });
    if (!status.ok()) sink_.refuse(Place("pattern"), pattern, status);
    if (status.ok() && !any) ++passed_over_;
  }

  const JsonListSink& sink_;
  std::vector<Level> levels_;  // the first depth_ of them
  std::size_t depth_ = 0;
  std::uint64_t passed_over_ = 0;
  bool known_ = false;  // a document of MISP or STIX
};

}  // namespace

bool LooksLikeJson(std::string_view beginning) {
  std::string_view rest = Trimmed(beginning);
  if (rest.empty() || (rest.front() != '{' && rest.front() != '[')) return false;
  const bool array = rest.front() == '[';
  rest = Trimmed(rest.substr(1));
  if (rest.empty()) return false;
  return array ? rest.front() == '{' || rest == "]" : rest.front() == '"' || rest == "}";
}

Result<std::uint64_t> ReadJsonList(Utf8Text& text, const JsonListSink& sink) {
  using End = json::Outcome::End;
  ListInput input(text);
  Reading reading(sink);
  const json::Outcome read = json::Read(input, {kMaxJsonDepth, kMaxJsonString}, reading);
  const auto refuse = [&read](std::string_view why) {
    return Status::NoInput(fmt::format("JSON, byte {}: {}", read.at, why));
  };
  if (read.end == End::kTooLong) {
    return refuse(fmt::format("a value of more than {} MiB: export without the data of attachments",
                              kMaxJsonString >> 20));
  }
  if (read.end == End::kTooDeep)
    return refuse(fmt::format("more than {} levels deep", kMaxJsonDepth));
  if (read.end == End::kMalformed) return refuse(read.why);
  if (!reading.known()) {
    return Status::NoInput(
        "JSON, but neither attributes of MISP nor objects of STIX: give a list of one indicator a "
        "line");
  }
  return reading.passed_over();
}

}  // namespace pdns::ask
