#include "ask/json_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "ask/ascii.h"
#include "ask/fields.h"
#include "ask/indicator.h"
#include "ask/quote.h"
#include "ask/stix_pattern.h"
#include "json/reader.h"

namespace pdns::ask {
namespace {

// One line as the room json reads it.
class LineInput final : public json::Input {
 public:
  explicit LineInput(std::string_view line) : rest_(line) {}
  std::string_view Peek() override { return rest_; }
  void Pass(std::size_t size) override { rest_.remove_prefix(size); }

 private:
  std::string_view rest_;
};

class NoEvents final : public json::Events {
 public:
  void Null() override {}
  void Bool(bool /*truth*/) override {}
  void Number(std::string_view /*digits*/) override {}
  void Key(std::string_view /*key*/) override {}
  void Text(std::string_view /*text*/) override {}
  void BeginObject() override {}
  void EndObject() override {}
  void BeginArray() override {}
  void EndArray(std::size_t /*elements*/) override {}
};

bool IsJson(std::string_view text) {
  LineInput input(text);
  NoEvents nothing;
  return json::Read(input, {kMaxJsonDepth, kMaxJsonString}, nothing).end ==
         json::Outcome::End::kWhole;
}

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

// Values of JSON that is neither MISP nor STIX, found by the names of their members. A record is an
// object that stands alone or in the outermost array; its values wait until it ends, since it may
// still turn out to be MISP or STIX, whose other members hold links, tags and names of people.
class NamedValues {
 public:
  NamedValues(const JsonListSink& sink, std::vector<std::string>& members)
      : sink_(sink), members_(members) {}

  // `place` is called where the value is no indicator.
  template <class Place>
  void Add(Field field, std::string_view member, std::string_view value, const Place& place) {
    if (of_known_kind_ || field == Field::kOther) return;
    constexpr std::size_t kMost = 2 * kMaxIndicator;  // too long for an indicator, cut or not
    value = value.substr(0, kMost);
    const bool printed = IsPrintedName(member);
    // A path alone, as logs of HTTP have it under "url", is none.
    if (!printed && (IsNoValue(value) || value.starts_with('/'))) return;
    if (field == Field::kMaybe && !IsLikelyIndicator(value)) return;
    std::string text = printed ? AsIndicator(value) : std::string(value);
    const bool good = ParseIndicator(text).ok();
    waiting_.push_back({std::move(text), good ? std::string() : place()});
    any_ = true;
    const bool noted = member.empty() || members_.size() == kMostMembers ||
                       std::find(members_.begin(), members_.end(), member) != members_.end();
    if (!noted) members_.emplace_back(member);
    if (flushing_ || waiting_.size() == kMostWaiting) Flush();
  }

  // It is MISP or STIX, unless that is said too late.
  void BeOfKnownKind() {
    of_known_kind_ = !flushing_;
    if (of_known_kind_) waiting_.clear();
  }

  // Did it hold any?
  bool EndRecord() {
    const bool any = !of_known_kind_ && any_;
    Flush();
    flushing_ = of_known_kind_ = any_ = false;
    return any;
  }

 private:
  struct Value {
    std::string text;
    std::string place;
  };

  void Flush() {
    flushing_ = true;
    for (const Value& value : waiting_) {
      const Status status = sink_.add(value.text);
      if (!status.ok()) sink_.refuse(value.place, value.text, status);
    }
    waiting_.clear();
  }

  const JsonListSink& sink_;
  std::vector<std::string>& members_;
  std::vector<Value> waiting_;
  bool of_known_kind_ = false;
  bool flushing_ = false;
  bool any_ = false;
};

// What a document holds, member by member.
class Reading final : public json::Events {
 public:
  // `document`: its number.
  Reading(const JsonListSink& sink, std::vector<std::string>& members, std::uint64_t document)
      : sink_(sink), named_(sink, members), document_(document) {}

  std::uint64_t passed_over() const { return passed_over_; }
  bool known() const { return known_; }

  void Null() override { BeginValue(); }
  void Bool(bool /*truth*/) override { BeginValue(); }
  void Number(std::string_view /*digits*/) override { BeginValue(); }
  void Key(std::string_view key) override {
    Level& level = levels_[depth_ - 1];
    level.key = key.substr(0, kMostOfKey);
    level.field = level.answers ? Field::kOther : FieldOf(key);
    const bool of_misp = depth_ <= 2 && (key == "Event" || key == "response");
    if (of_misp || KindUnder(key) != Kind::kOther) BeKnown();
  }
  void Text(std::string_view value) override {
    BeginValue();
    if (depth_ == 0) return;
    Level& level = levels_[depth_ - 1];
    if (depth_ == 1 && level.key == "type" && value == "bundle") BeKnown();
    if (level.kind != Kind::kOther) return level.Keep(value);
    const std::string_view member = level.array && depth_ > 1 ? levels_[depth_ - 2].key : level.key;
    named_.Add(level.field, member, value, [this, &level] { return Place(level.key); });
    if (depth_ == 1 && level.array) EndRecord();
  }
  void BeginObject() override { Open(false); }
  void EndObject() override {
    if (levels_[depth_ - 1].kind != Kind::kOther) Judge(levels_[depth_ - 1]);
    --depth_;
    if (depth_ == 0 || (depth_ == 1 && levels_[0].array)) EndRecord();
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
    Field field = Field::kOther;  // of the member that is being read, or of all elements
    bool answers = false;         // what was answered, not asked
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

  void BeKnown() {
    known_ = record_known_ = true;
    named_.BeOfKnownKind();
  }

  void EndRecord() {
    const bool any = named_.EndRecord();
    known_ = known_ || any;
    passed_over_ += any || record_known_ ? 0 : 1;
    record_known_ = false;
  }

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
      fresh.answers = around.answers || (!around.array && HoldsAnswers(around.key));
      if (array && !fresh.answers) fresh.field = around.field;
    } else if (array) {
      fresh.field = Field::kIndicator;  // an array of names
    }
    levels_[depth_++] = std::move(fresh);
  }

  static bool HoldsAnswers(std::string_view key) {
    return key == "answers" || key == "authorities" || key == "additionals";
  }

  std::string Place(std::string_view member) const {
    std::string place = document_ > 1 ? fmt::format("document {}: ", document_) : "";
    const std::size_t before = place.size();
    for (std::size_t i = 0; i < depth_; ++i) {
      const Level& level = levels_[i];
      if (level.array) {
        place += fmt::format("[{}]", level.count - 1);
      } else {
        place.append(place.size() == before ? "" : ".");
        place += i + 1 < depth_ ? level.key : member;
      }
    }
    return place;
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
  NamedValues named_;
  const std::uint64_t document_;
  std::vector<Level> levels_;  // the first depth_ of them
  std::size_t depth_ = 0;
  std::uint64_t passed_over_ = 0;
  bool known_ = false;         // MISP, STIX, or a member to ask for
  bool record_known_ = false;  // the record is MISP or STIX
};

// Why a document was not read to its end.
Status Refusal(const json::Outcome& read, std::size_t at) {
  using End = json::Outcome::End;
  const auto refuse = [at](std::string_view why) {
    return Status::NoInput(fmt::format("JSON, byte {}: {}", at, why));
  };
  if (read.end == End::kTooLong) {
    return refuse(fmt::format("a value of more than {} MiB: export without the data of attachments",
                              kMaxJsonString >> 20));
  }
  if (read.end == End::kTooDeep)
    return refuse(fmt::format("more than {} levels deep", kMaxJsonDepth));
  return refuse(read.why);
}

}  // namespace

bool LooksLikeJson(std::string_view beginning) {
  std::string_view rest = Trimmed(beginning);
  if (rest.empty() || (rest.front() != '{' && rest.front() != '[')) return false;
  const bool array = rest.front() == '[';
  rest = Trimmed(rest.substr(1));
  if (rest.empty()) return false;
  if (array) return rest.front() == '{' || rest.front() == '"' || rest == "]";
  return rest.front() == '"' || rest == "}";
}

bool LooksLikeJsonLines(std::string_view beginning) {
  const std::string_view text = Trimmed(beginning);
  const std::size_t end = text.find('\n');
  return end != std::string_view::npos && LooksLikeJson(text.substr(end)) &&
         IsJson(text.substr(0, end));
}

Status NoJsonList() {
  return Status::NoInput(
      "JSON, but neither attributes of MISP nor objects of STIX, nor names, nor objects with a "
      "member such as \"domain\" or \"ip\": give a list of one indicator a line");
}

Result<std::uint64_t> JsonList::Read(Utf8Text& text, const JsonListSink& sink) {
  ListInput input(text);
  json::Limits limits{kMaxJsonDepth, kMaxJsonString};
  limits.several = true;
  std::uint64_t passed_over = 0;
  std::size_t before = 0;  // bytes
  std::uint64_t document = 0;
  do {
    Reading reading(sink, members_, ++document);
    const json::Outcome read = json::Read(input, limits, reading);
    if (read.end != json::Outcome::End::kWhole) return Refusal(read, before + read.at);
    before += read.at;
    passed_over += reading.passed_over();
    known_ = known_ || reading.known();
  } while (!text.Peek().empty());
  if (!known_) return NoJsonList();
  return passed_over;
}

Result<std::uint64_t> JsonList::ReadLine(std::string_view line, const JsonListSink& sink) {
  LineInput input(line);
  NoEvents nothing;
  const json::Limits limits{kMaxJsonDepth, kMaxJsonString};
  // Read to its end first: what breaks behind its values is no list.
  const json::Outcome whole = json::Read(input, limits, nothing);
  if (whole.end != json::Outcome::End::kWhole) return Refusal(whole, whole.at);
  input = LineInput(line);
  Reading reading(sink, members_, 1);
  json::Read(input, limits, reading);
  known_ = known_ || reading.known();
  return reading.passed_over();
}

std::vector<std::string> JsonList::notes() const {
  if (members_.empty()) return {};
  std::string note = "JSON: asking for the values of ";
  for (std::size_t i = 0; i < members_.size(); ++i)
    note.append(i == 0 ? "" : ", ").append(Quoted(members_[i]));
  if (members_.size() == kMostMembers) note += " and maybe others";
  return {std::move(note)};
}

}  // namespace pdns::ask
