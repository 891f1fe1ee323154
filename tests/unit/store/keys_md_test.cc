// Holds the codec to the worked examples of schema/keys.md, in both directions. That file says how
// they are written.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "record/counters.h"
#include "store/journal.h"
#include "store/meta_rows.h"
#include "store/sketch.h"
#include "unit/store/schema_example.h"

namespace pdns::store {
namespace {

using record::OwnedTuple;

void ExpectBytes(std::string_view got, std::string_view expected) {
  EXPECT_EQ(ToHex(AsBytes(got)), ToHex(AsBytes(expected)));
}

void CheckRow(const Example& example) {
  const OwnedTuple tuple = example.Tuple();
  const std::string key = example.Wire("key");
  ExpectBytes(RowKeyOf(tuple.view()), key);
  const auto parts = SplitRowKey(AsBytes(key));
  ASSERT_TRUE(parts.has_value());
  EXPECT_FALSE(parts->owner);
  const auto decoded = DecodeRow(*parts, parts->cut ? AsBytes(tuple.rdata) : Bytes());
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->view(), tuple.view());
}

void CheckOwner(const Example& example) {
  const OwnedTuple tuple = example.Tuple();
  const std::string key = example.Wire("key");
  ExpectBytes(OwnerKey(tuple.owner.wire()), key);
  const auto parts = SplitRowKey(AsBytes(key));
  ASSERT_TRUE(parts.has_value());
  EXPECT_TRUE(parts->owner);
  Cursor cursor(parts->ordered_owner);
  EXPECT_EQ(record::ReadOrderedName(cursor), tuple.owner);
}

// The keys as they stand in the family: those that are too long are cut, and are values.
void CheckReverse(const Example& example) {
  const OwnedTuple tuple = example.Tuple();
  const auto keys = example.AllWire("key");
  const auto values = example.AllWire("value");
  const auto whole = ReverseKeys(tuple.view());
  ASSERT_EQ(whole.size(), keys.size());
  std::size_t cut = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const bool is_cut = whole[i].size() > kMaxReverseKey;
    ExpectBytes(is_cut ? CutReverseKey(whole[i]) : whole[i], keys[i]);
    if (is_cut) ExpectBytes(whole[i], values.at(cut++));
    const auto parts = SplitReverseKey(AsBytes(is_cut ? values.at(cut - 1) : keys[i]));
    ASSERT_TRUE(parts.has_value());
    ExpectBytes(parts->row_key, RowKeyOf(tuple.view()));
  }
  EXPECT_EQ(cut, values.size());
}

void CheckValue(const Example& example) {
  const record::History history = example.History();
  const std::string rdata = example.Has("rdata") ? example.Wire("rdata") : "";
  ExpectBytes(Encoded(history, rdata), example.Wire("value"));
  const std::string value = example.Wire("value");
  const auto decoded = DecodeValue(AsBytes(value));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->history, history);
  ExpectBytes(AsText(decoded->rdata), rdata);
}

void CheckMerge(const Example& example) {
  const std::string a = example.Wire("a");
  const std::string b = example.Wire("b");
  std::string there;
  std::string back;
  EXPECT_TRUE(MergeValues(AsBytes(a), AsBytes(b), there));
  EXPECT_TRUE(MergeValues(AsBytes(b), AsBytes(a), back));
  ExpectBytes(there, example.Wire("merged"));
  ExpectBytes(back, example.Wire("merged"));
}

void CheckJournal(const Example& example) {
  const std::chrono::sys_seconds committed = example.Time("committed");
  std::vector<JournalEntry> entries;
  for (const std::string& row : example.All("row")) {
    const std::size_t space = row.find(' ');
    const std::string kind = row.substr(0, space);
    EXPECT_TRUE(kind == "name" || kind == "rdata") << kind;
    entries.push_back({Example::Unfold(row.substr(space + 1)),
                       kind == "name" ? NewKind::kName : NewKind::kRdata});
  }
  JournalChunk chunk;
  chunk.Begin(example.Number("first"), committed);
  for (const JournalEntry& entry : entries) chunk.Add(entry.row_key, entry.kind);
  ExpectBytes(chunk.key(), example.Wire("key"));
  ExpectBytes(chunk.value(), example.Wire("value"));
  const std::string value = example.Wire("value");
  EXPECT_EQ(DecodeJournalKey(AsBytes(example.Wire("key"))), example.Number("first"));
  const auto head = DecodeJournalHead(AsBytes(value));
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->committed, committed);
  EXPECT_EQ(head->count, entries.size());
  const auto decoded = DecodeJournalEntries(AsBytes(value));
  ASSERT_TRUE(decoded.has_value());
  ASSERT_EQ(decoded->size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    ExpectBytes((*decoded)[i].row_key, entries[i].row_key);
    EXPECT_EQ((*decoded)[i].kind, entries[i].kind);
  }
}

void CheckSchema(const Example& example) {
  ExpectBytes(kSchemaKey, example.Wire("key"));
  ExpectBytes(SchemaValue({example.Number("major"), example.Number("minor")}),
              example.Wire("value"));
  const auto version = DecodeSchemaValue(AsBytes(example.Wire("value")));
  ASSERT_TRUE(version.has_value());
  EXPECT_EQ(version->major, kSchemaVersion.major);
  EXPECT_EQ(version->minor, kSchemaVersion.minor);
}

void CheckLedger(const Example& example) {
  const auto digest = [&example](const std::string& name) {
    const std::string bytes = example.Wire(name);
    Sha256Digest copy{};
    EXPECT_EQ(bytes.size(), copy.size());
    std::copy_n(bytes.begin(), std::min(bytes.size(), copy.size()), copy.begin());
    return copy;
  };
  const record::SourceId id{digest("first_frame"),
                            static_cast<std::uint32_t>(example.Number("variant"))};
  ExpectBytes(LedgerKey(id), example.Wire("key"));
  record::Position position{example.Number("frames"), example.Number("bytes"),
                            static_cast<std::uint32_t>(example.Number("last_length")),
                            digest("last_frame"), example.Number("broken") != 0};
  const std::string chain = example.Wire("chain");
  position.chain = Cursor(AsBytes(chain)).U64();
  const std::string marks = example.Wire("marks");
  Cursor cursor{AsBytes(marks)};
  for (std::size_t i = 0; cursor.left() > 0; ++i) position.marks.at(i) = cursor.U64();
  ExpectBytes(LedgerValue(position), example.Wire("value"));
  EXPECT_EQ(DecodeLedgerValue(AsBytes(example.Wire("value"))), position);
}

void CheckNumberOf(const Example& example, std::string_view key) {
  ExpectBytes(key, example.Wire("key"));
  ExpectBytes(NumberValue(example.Number("number")), example.Wire("value"));
  EXPECT_EQ(DecodeNumberValue(AsBytes(example.Wire("value"))), example.Number("number"));
}

void CheckNumber(const Example& example) {
  const std::string name = example.Text("name");
  EXPECT_TRUE(name == kOwnersKey || name == kSketchSeedKey || name == kJournalFirstKey ||
              name == kJournalNextKey || name == kJournalAgedKey)
      << name;
  CheckNumberOf(example, name);
}

void CheckCounter(const Example& example) {
  const std::string name = example.Text("name");
  record::Counters counters;
  EXPECT_TRUE(record::AddNamed(counters, name, 1)) << "no counter " << name;
  CheckNumberOf(example, std::string(kCounterPrefix) + name);
}

void CheckSensor(const Example& example) {
  const auto number = static_cast<unsigned>(example.Number("number"));
  ExpectBytes(SensorKey(number), example.Wire("key"));
  EXPECT_EQ(DecodeSensorKey(example.Wire("key")), number);
  ExpectBytes(example.Text("name"), example.Wire("value"));
}

void CheckType(const Example& example) {
  CheckNumberOf(example, TypeKey(example.Type()));
  EXPECT_EQ(DecodeTypeKey(example.Wire("key")), example.Type());
}

void CheckQuarantined(const Example& example) {
  const auto reasons = static_cast<std::uint8_t>(example.Number("reasons"));
  CheckNumberOf(example, QuarantineKey(reasons));
  EXPECT_EQ(DecodeQuarantineKey(example.Wire("key")), reasons);
}

void CheckTimes(const Example& example) {
  ExpectBytes(kTimesKey, example.Wire("key"));
  ExpectBytes(TimesValue({example.Time("first"), example.Time("last")}), example.Wire("value"));
  const auto times = DecodeTimesValue(AsBytes(example.Wire("value")));
  ASSERT_TRUE(times.has_value());
  EXPECT_EQ(times->first, example.Time("first"));
  EXPECT_EQ(times->last, example.Time("last"));
}

void CheckCommits(const Example& example) {
  const std::string name = example.Text("name");
  EXPECT_TRUE(name == kCommitsByLogKey || name == kCommitsByFilesKey) << name;
  ExpectBytes(name, example.Wire("key"));
  const CommitCounts counts{example.Number("by_log"), example.Number("by_files")};
  ExpectBytes(CommitsValue(counts), example.Wire("value"));
  const auto decoded = DecodeCommitsValue(AsBytes(example.Wire("value")));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->by_log, counts.by_log);
  EXPECT_EQ(decoded->by_files, counts.by_files);
}

void CheckSketch(const Example& example) {
  const std::string hash = example.Wire("hash");
  Cursor cursor(AsBytes(hash));
  Sketch sketch;
  sketch.Add(cursor.U64());
  const auto part = DecodeAddressesKey(example.Wire("key"));
  ASSERT_TRUE(part.has_value());
  EXPECT_EQ(sketch.DrainChanged(), std::vector<unsigned>{*part});
  ExpectBytes(AddressesKey(*part), example.Wire("key"));
  ExpectBytes(sketch.part(*part), example.Wire("value"));
  Sketch loaded;
  EXPECT_TRUE(loaded.Load(*part, AsBytes(example.Wire("value"))));
  ExpectBytes(loaded.part(*part), example.Wire("value"));
}

void CheckExpired(const Example& example) {
  CheckNumberOf(example, ExpiredKey(example.Text("rule"), example.Time("last")));
  const auto group = DecodeExpiredKey(example.Wire("key"));
  ASSERT_TRUE(group.has_value());
  EXPECT_EQ(group->rule, example.Text("rule"));
  EXPECT_EQ(group->month, example.Text("month"));
}

TEST(KeysMd, TheCodecDoesWhatTheSchemaSays) {
  const std::map<std::string, void (*)(const Example&)> checks{
      {"row", CheckRow},         {"owner", CheckOwner},     {"reverse", CheckReverse},
      {"value", CheckValue},     {"merge", CheckMerge},     {"journal", CheckJournal},
      {"schema", CheckSchema},   {"ledger", CheckLedger},   {"number", CheckNumber},
      {"counter", CheckCounter}, {"sensor", CheckSensor},   {"type", CheckType},
      {"times", CheckTimes},     {"sketch", CheckSketch},   {"quarantined", CheckQuarantined},
      {"expired", CheckExpired}, {"commits", CheckCommits},
  };
  std::map<std::string, int> seen;
  for (const Example& example : ReadExamples()) {
    const std::string what = example.Text("what");
    const auto check = checks.find(what);
    ASSERT_NE(check, checks.end()) << "no codec named " << what;
    const int number = ++seen[what];
    SCOPED_TRACE(what + " example " + std::to_string(number));
    check->second(example);
  }
  EXPECT_EQ(seen.size(), checks.size()) << "a codec without an example";
}

// Every reverse kind that the file promises is shown, short and long, and so are a cut key, several
// keys and a tuple without any.
TEST(KeysMd, EveryReverseFormIsShown) {
  std::set<std::pair<int, bool>> forms;
  bool cut = false;
  bool several = false;
  bool none = false;
  for (const Example& example : ReadExamples()) {
    if (example.Text("what") != "reverse") continue;
    const auto keys = example.AllWire("key");
    none = none || keys.empty();
    several = several || keys.size() > 1;
    cut = cut || example.Has("value");
    const std::string row = RowKeyOf(example.Tuple().view());
    for (const std::string& key : keys) forms.emplace(key.at(0), SplitRowKey(AsBytes(row))->cut);
  }
  for (const int kind : {2, 4, 6, 9}) {
    EXPECT_TRUE(forms.contains({kind, false})) << kind;
    EXPECT_TRUE(forms.contains({kind, true})) << kind;
  }
  EXPECT_TRUE(cut && several && none);
}

TEST(KeysMd, EveryFormOfAValueIsShown) {
  std::set<record::DayForm> days;
  std::set<unsigned> ranks;
  bool reasons = false;
  bool sensors = false;
  bool rdata = false;
  for (const Example& example : ReadExamples()) {
    if (example.Text("what") != "value") continue;
    const record::History history = example.History();
    days.insert(history.days);
    ranks.insert(history.bailiwick.rank());
    reasons = reasons || history.reasons != record::kTrusted;
    sensors = sensors || history.sensors != record::SensorBit(0);
    rdata = rdata || example.Has("rdata");
  }
  EXPECT_EQ(days.size(), 3U);
  for (const unsigned rank : {0U, 1U, 14U, 15U, 128U}) EXPECT_TRUE(ranks.contains(rank)) << rank;
  EXPECT_TRUE(reasons && sensors && rdata);
}

// What a number is called that has no key of its own in a form: all of them.
TEST(KeysMd, EveryNumberIsShown) {
  std::set<std::string> names;
  for (const Example& example : ReadExamples()) {
    if (example.Text("what") == "number") names.insert(example.Text("name"));
  }
  EXPECT_EQ(names.size(), 5U);
}

}  // namespace
}  // namespace pdns::store
