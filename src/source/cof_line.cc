#include "source/cof_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/whole_number.h"
#include "dns/presentation/rdata_from_text.h"
#include "dns/text.h"
#include "json/reader.h"
#include "json/utf8.h"
#include "record/observation.h"
#include "record/outcome.h"
#include "source/quick_json.h"

namespace pdns::source {
namespace {

enum Field : std::uint8_t {
  kRrname,
  kRrtype,
  kRdata,
  kTimeFirst,
  kTimeLast,
  kZoneTimeFirst,
  kZoneTimeLast,
  kCount,
  kBailiwick,
  kRdataWire,
  kSensorId,
  kDays,
  kReason,
  kOther,
};
constexpr std::array<std::string_view, kOther> kNames{
    "rrname",          "rrtype",         "rdata", "time_first", "time_last",
    "zone_time_first", "zone_time_last", "count", "bailiwick",  "rdata_wire",
    "sensor_id",       "days",           "reason"};

bool IsNumber(Field field) { return field >= kTimeFirst && field <= kCount; }
bool IsList(Field field) { return field == kRdata || field == kDays; }

// Foreign text in a sentence.
std::string Shown(std::string_view text) {
  constexpr std::size_t kMost = 60;
  if (text.size() <= kMost) return Printable(text);
  return Printable(text.substr(0, kMost)) + "...";
}

bool IsAscii(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

// "2026-11-22".
std::optional<std::chrono::sys_days> DayOf(std::string_view text) {
  constexpr std::size_t kSize = 10;
  if (text.size() != kSize || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = WholeNumber<std::uint64_t>(text.substr(0, 4));
  const auto month = WholeNumber<std::uint64_t>(text.substr(5, 2));
  const auto day = WholeNumber<std::uint64_t>(text.substr(8, 2));
  if (!year.has_value() || !month.has_value() || !day.has_value()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::chrono::sys_days DayAt(std::uint64_t seconds) {
  return record::DayOf(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
}

class LineInput final : public json::Input {
 public:
  explicit LineInput(std::string_view text) : text_(text) {}
  std::string_view Peek() override { return text_; }
  void Pass(std::size_t size) override { text_.remove_prefix(size); }

 private:
  std::string_view text_;
};

}  // namespace

// The members of a line that are asked for, as texts, whatever order they come in.
class CofParser::Fields final : public json::Events {
 public:
  void Clear() {
    depth_ = 0;
    field_ = kOther;
    present_ = 0;
    why_.clear();
    for (std::size_t& n : counts_) n = 0;
  }

  bool Has(Field field) const { return (present_ & 1U << field) != 0; }
  const std::string& TextOf(Field field) const { return texts_[field].front(); }
  // All texts of a list, in their order; those of arrays within it, too.
  std::size_t CountOf(Field field) const { return counts_[field]; }
  const std::string& TextOf(Field field, std::size_t i) const { return texts_[field][i]; }
  const std::string& why() const { return why_; }

  void BeginObject() override {
    if (depth_ == 1) Wrong("an object");
    ++depth_;
  }
  void EndObject() override { --depth_; }
  void BeginArray() override {
    if (depth_ == 0) why_ = "no JSON object";
    if (depth_ == 1 && !IsList(field_)) Wrong("a list");
    ++depth_;
  }
  void EndArray(std::size_t elements) override {
    --depth_;
    // A day's run is two texts, which are told apart by their number alone.
    if (depth_ == 2 && field_ == kDays && elements != 2) Wrong("not pairs of days");
  }
  void Key(std::string_view key) override {
    if (depth_ != 1) return;
    const auto* const found = std::find(kNames.begin(), kNames.end(), key);
    field_ = static_cast<Field>(found - kNames.begin());
    if (field_ == kOther) return;
    if (Has(field_) && why_.empty()) why_ = fmt::format("{} twice", key);
    present_ |= 1U << field_;
  }
  void Text(std::string_view text) override {
    if (depth_ == 0) why_ = "no JSON object";
    if (field_ == kOther) return;
    if (IsNumber(field_)) return Wrong("no number");
    const std::size_t deepest = field_ == kDays ? 3 : field_ == kRdata ? 2 : 1;
    if (depth_ > deepest || (field_ == kDays && depth_ < deepest)) return Wrong("nested otherwise");
    Add(text);
  }
  void Number(std::string_view digits) override {
    if (depth_ == 0) why_ = "no JSON object";
    if (field_ == kOther) return;
    if (!IsNumber(field_) || depth_ != 1) return Wrong("no text");
    Add(digits);
  }
  void Bool(bool /*truth*/) override { Wrong("true or false"); }
  void Null() override { Wrong("null"); }

 private:
  void Wrong(std::string_view what) {
    if (depth_ == 0) why_ = "no JSON object";
    if (field_ == kOther || !why_.empty()) return;
    why_ = fmt::format("{} is {}", kNames[field_], what);
  }
  void Add(std::string_view text) {
    auto& texts = texts_[field_];
    std::size_t& count = counts_[field_];
    if (count == texts.size()) texts.emplace_back();
    texts[count++].assign(text);
  }

  std::size_t depth_ = 0;
  Field field_ = kOther;
  std::uint32_t present_ = 0;
  std::array<std::vector<std::string>, kOther> texts_;  // their memory is kept for the next line
  std::array<std::size_t, kOther> counts_{};
  std::string why_;
};

CofParser::CofParser() : fields_(std::make_unique<Fields>()) {}
CofParser::~CofParser() = default;

const CofRow* CofParser::Parse(std::string_view line) {
  why_.clear();
  const bool whole = ReadFields(line) && ReadOwnerAndType() && ReadBailiwick() && ReadTimes() &&
                     ReadDays() && ReadReason() && ReadRdata();
  return whole ? &row_ : nullptr;
}

bool CofParser::Refuse(std::string why) {
  why_ = std::move(why);
  return false;
}

bool CofParser::ReadJson(std::string_view line) {
  constexpr std::size_t kDepth = 16;
  const json::Limits limits{.depth = kDepth, .value_bytes = line.size() + 1, .values = kMostValues};
  fields_->Clear();
  if (ReadQuickly(line, limits, *fields_)) return true;
  if (!IsAscii(line) && json::ValidUtf8(line) != line) return Refuse("not UTF-8");
  fields_->Clear();
  LineInput input(line);
  const auto read = json::Read(input, limits, *fields_);
  using End = json::Outcome::End;
  if (read.end == End::kTooDeep) return Refuse("JSON nested too deep");
  if (read.end == End::kTooMany) return Refuse("too many values");
  return read.end == End::kWhole || Refuse(fmt::format("no JSON: byte {}", read.at));
}

bool CofParser::ReadFields(std::string_view line) {
  if (!ReadJson(line)) return false;
  if (!fields_->why().empty()) return Refuse(fields_->why());
  for (const Field field : {kRrname, kRrtype}) {
    if (!fields_->Has(field)) return Refuse(fmt::format("{} is missing", kNames[field]));
  }
  if (!fields_->Has(kRdata) && !fields_->Has(kRdataWire)) return Refuse("rdata is missing");
  return true;
}

bool CofParser::ReadOwnerAndType() {
  const std::string& owner = fields_->TextOf(kRrname);
  const auto name = dns::NameFromText(owner);
  if (!name.has_value()) return Refuse(fmt::format("rrname is no name: {}", Shown(owner)));
  const std::string& text = fields_->TextOf(kRrtype);
  const auto type = dns::TypeFromText(text);
  if (!type.has_value()) return Refuse(fmt::format("rrtype is unknown: {}", Shown(text)));
  row_.owner = *name;
  row_.type = *type;
  return true;
}

bool CofParser::ReadBailiwick() {
  row_.bailiwick = {};
  if (!fields_->Has(kBailiwick)) return true;
  const std::string& text = fields_->TextOf(kBailiwick);
  const auto zone = dns::NameFromText(text);
  if (!zone.has_value()) return Refuse(fmt::format("bailiwick is no name: {}", Shown(text)));
  if (!record::IsAtOrUnder(row_.owner.wire(), zone->wire()))
    return Refuse("rrname is not at or under bailiwick");
  row_.bailiwick = record::Bailiwick::OfLabels(record::CountLabels(zone->wire()));
  return true;
}

bool CofParser::ReadTimes() {
  std::array<std::uint64_t, kOther> numbers{};
  for (const Field field : {kTimeFirst, kTimeLast, kZoneTimeFirst, kZoneTimeLast, kCount}) {
    if (!fields_->Has(field)) continue;
    const auto number = WholeNumber<std::uint64_t>(fields_->TextOf(field));
    // Whatever is beyond the range of seconds is refused as a time later than now.
    if (!number.has_value() || *number > record::kMaxCount) {
      return Refuse(fmt::format("{} is no whole number from 0 to 2^63-1: {}", kNames[field],
                                Shown(fields_->TextOf(field))));
    }
    numbers[field] = *number;
  }
  const bool seen = fields_->Has(kTimeFirst) || fields_->Has(kTimeLast);
  row_.time_first = numbers[seen ? kTimeFirst : kZoneTimeFirst];
  row_.time_last = numbers[seen ? kTimeLast : kZoneTimeLast];
  if (row_.time_last < row_.time_first) return Refuse("time_last is before time_first");
  row_.count = fields_->Has(kCount) ? numbers[kCount] : 1;
  return row_.count > 0 || Refuse("count is 0");
}

bool CofParser::ReadDays() {
  row_.days.clear();
  // Times that nobody takes: refused by whoever looks at them, before the days are.
  constexpr std::uint64_t kYear10000 = 253402300800;
  if (row_.time_first == 0 || row_.time_last >= kYear10000) return true;
  const auto first = DayAt(row_.time_first);
  const auto last = DayAt(row_.time_last);
  if (!fields_->Has(kDays)) {
    const bool near = last - first <= std::chrono::days(1);
    row_.days.push_back({first, near ? last : first});
    if (!near) row_.days.push_back({last, last});
    return true;
  }
  for (std::size_t i = 0; i + 1 < fields_->CountOf(kDays); i += 2) {
    const auto from = DayOf(fields_->TextOf(kDays, i));
    const auto to = DayOf(fields_->TextOf(kDays, i + 1));
    if (!from.has_value() || !to.has_value() || *to < *from)
      return Refuse("days are no runs of days");
    if (!row_.days.empty() && *from - row_.days.back().last <= std::chrono::days(1))
      return Refuse("days are not in order, each behind a gap");
    row_.days.push_back({*from, *to});
  }
  if (row_.days.empty() || row_.days.front().first != first || row_.days.back().last != last)
    return Refuse("days do not begin with that of time_first and end with that of time_last");
  return true;
}

bool CofParser::ReadReason() {
  row_.reasons = record::kTrusted;
  row_.sensor_id.reset();
  if (fields_->Has(kSensorId)) row_.sensor_id = fields_->TextOf(kSensorId);
  if (!fields_->Has(kReason)) return true;
  using record::RecordOutcome;
  std::string_view rest = fields_->TextOf(kReason);
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(','));
    if (one == record::NameOf(RecordOutcome::kOffChain).name) {
      row_.reasons |= record::kOffChain;
    } else if (one == record::NameOf(RecordOutcome::kOutOfBailiwick).name) {
      row_.reasons |= record::kOutOfBailiwick;
    } else {
      return Refuse(fmt::format("reason is unknown: {}", Shown(one)));
    }
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
  }
  return row_.reasons != record::kTrusted || Refuse("reason is empty");
}

bool CofParser::ReadRdata() {
  row_.rdata_count = row_.rdata_refused = 0;
  row_.refused.clear();
  // What is exact comes first: the text is then for people.
  if (fields_->Has(kRdataWire)) {
    const std::string& digits = fields_->TextOf(kRdataWire);
    const auto wire = FromHex(digits);
    if (!wire.has_value()) return Refuse("rdata_wire is not hex");
    AddRdata(dns::CanonicalLoneRdata(row_.type, AsBytes(*wire)), digits);
    return FitsDays();
  }
  const std::size_t all = fields_->CountOf(kRdata);
  if (all > kMostRdata) return Refuse(fmt::format("more than {} rdata", kMostRdata));
  if (all > 1 && fields_->Has(kDays)) return Refuse("days of several rdata");
  for (std::size_t i = 0; i < all; ++i) {
    const std::string& text = fields_->TextOf(kRdata, i);
    AddRdata(dns::RdataFromText(row_.type, text), text);
  }
  if (!FitsDays()) return false;
  return all > 0 || Refuse("rdata is empty");
}

bool CofParser::FitsDays() {
  if (row_.days.size() <= 2 || row_.rdata_count == 0) return true;
  const std::size_t bytes = row_.owner.wire().size() + row_.rdata.front().size();
  return row_.days.size() * bytes <= kMostDayBytes || Refuse("too many days for rdata so long");
}

void CofParser::AddRdata(std::optional<std::string> canonical, std::string_view text) {
  if (!canonical.has_value()) {
    if (row_.rdata_refused++ == 0) row_.refused = Shown(text);
    return;
  }
  if (row_.rdata_count == row_.rdata.size()) row_.rdata.emplace_back();
  row_.rdata[row_.rdata_count++] = std::move(*canonical);
}

}  // namespace pdns::source
