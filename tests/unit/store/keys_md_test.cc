// Holds the codec to the worked examples of schema/keys.md, in both directions. That file says how
// they are written.
#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "record/counters.h"
#include "store/fate_rows.h"
#include "store/reverse_key.h"
#include "store/value.h"
#include "unit/store/corpus.h"
#include "unit/support/places.h"

namespace pdns::store {
namespace {

using record::OwnedTuple;

// One block: its lines by name; a name may stand on several lines.
class Example {
 public:
  void Add(const std::string& name, const std::string& value) { lines_.emplace(name, value); }

  std::string Text(const std::string& name) const {
    const auto found = lines_.find(name);
    if (found == lines_.end()) ADD_FAILURE() << "no line '" << name << "'";
    return found != lines_.end() ? found->second : "";
  }
  bool Has(const std::string& name) const { return lines_.count(name) > 0; }
  std::uint64_t Number(const std::string& name) const { return std::stoull(Text(name)); }
  std::string Wire(const std::string& name) const { return Unfold(Text(name)); }
  std::vector<std::string> AllWire(const std::string& name) const {
    std::vector<std::string> all;
    const auto [begin, end] = lines_.equal_range(name);
    for (auto line = begin; line != end; ++line) all.push_back(Unfold(line->second));
    return all;
  }
  OwnedTuple Tuple() const {
    const auto type = dns::TypeFromText(Text("rrtype"));
    EXPECT_TRUE(type.has_value());
    return MakeTuple(Text("rrname"), type.value_or(record::RrType{}), Wire("rdata"));
  }

 private:
  // "ff 78*3" is ff787878.
  static std::string Unfold(const std::string& text) {
    std::string bytes;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
      const std::size_t star = word.find('*');
      const std::string once = FromHex(word.substr(0, star));
      EXPECT_EQ(once.size(), 1U) << word;
      const std::size_t times = star == std::string::npos ? 1 : std::stoul(word.substr(star + 1));
      for (std::size_t i = 0; i < times; ++i) bytes += once;
    }
    return bytes;
  }

  std::multimap<std::string, std::string> lines_;
};

std::vector<Example> ReadExamples() {
  std::vector<Example> examples;
  std::istringstream file(testing::ReadFile(std::string(testing::kSchema) + "/keys.md"));
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "```example") {
      inside = true;
      examples.emplace_back();
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      const std::size_t colon = line.find(": ");
      if (colon == std::string::npos) {
        ADD_FAILURE() << "not 'name: value': " << line;
        continue;
      }
      examples.back().Add(line.substr(0, colon), line.substr(colon + 2));
    }
  }
  return examples;
}

void ExpectBytes(std::string_view got, std::string_view expected) {
  EXPECT_EQ(ToHex(AsBytes(got)), ToHex(AsBytes(expected)));
}

void CheckForward(const Example& example) {
  const OwnedTuple tuple = example.Tuple();
  ExpectBytes(TupleKey(tuple.view()), example.Wire("key"));
  const auto decoded = record::DecodeTupleKey(AsBytes(example.Wire("key")));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->view(), tuple.view());
}

void CheckReverse(const Example& example) {
  const OwnedTuple tuple = example.Tuple();
  const auto expected = example.AllWire("key");
  const auto keys = ReverseKeys(tuple.view());
  ASSERT_EQ(keys.size(), expected.size());
  for (std::size_t i = 0; i < keys.size(); ++i) ExpectBytes(keys[i], expected[i]);
  for (const std::string& key : expected) {
    const auto row = DecodeReverseKey(AsBytes(key));
    ASSERT_TRUE(row.has_value());
    EXPECT_EQ(row->tuple.owner, tuple.owner);
    EXPECT_EQ(row->tuple.type, tuple.type);
    if (row->digest.has_value()) {
      EXPECT_EQ(*row->digest, Hash128(AsBytes(tuple.rdata)));
    } else {
      ExpectBytes(row->tuple.rdata, tuple.rdata);
    }
  }
}

void CheckValue(const Example& example) {
  const auto sighting =
      Seen(static_cast<std::int64_t>(example.Number("first")),
           static_cast<std::int64_t>(example.Number("last")), example.Number("count"),
           static_cast<std::uint8_t>(example.Number("zone_labels")),
           static_cast<std::uint8_t>(example.Number("reasons")));
  std::string value;
  AppendValue(value, sighting);
  ExpectBytes(value, example.Wire("value"));
  const auto decoded = DecodeValue(AsBytes(example.Wire("value")));
  ASSERT_TRUE(decoded.has_value());
  const OwnedTuple tuple = MakeTuple(".", record::RrType::kA, "");
  EXPECT_EQ(Line(tuple.view(), *decoded), Line(tuple.view(), sighting));
}

Digest DigestOf(const std::string& bytes) {
  Digest digest{};
  EXPECT_EQ(bytes.size(), digest.size());
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

void CheckLedger(const Example& example) {
  const record::SourceId id{DigestOf(example.Wire("first_frame")),
                            static_cast<std::uint32_t>(example.Number("variant"))};
  ExpectBytes(LedgerKey(id), example.Wire("key"));
  const record::Position position{example.Number("frames"), example.Number("bytes"),
                                  static_cast<std::uint32_t>(example.Number("last_length")),
                                  DigestOf(example.Wire("last_frame")),
                                  example.Has("broken") && example.Number("broken") != 0};
  ExpectBytes(LedgerValue(position), example.Wire("value"));
  EXPECT_EQ(DecodeLedgerValue(AsBytes(example.Wire("value"))), position);
}

void CheckFate(const Example& example) {
  const std::string name = example.Text("name");
  record::Counters counters;
  EXPECT_TRUE(record::AddNamed(counters, name, 1)) << "no counter " << name;
  ExpectBytes(FateKey(name), example.Wire("key"));
  ExpectBytes(FateValue(example.Number("count")), example.Wire("value"));
  EXPECT_EQ(DecodeFateValue(AsBytes(example.Wire("value"))), example.Number("count"));
}

void CheckSince(const Example& example) {
  const std::chrono::sys_seconds since{std::chrono::seconds(example.Number("since"))};
  ExpectBytes(kCountedSinceKey, example.Wire("key"));
  ExpectBytes(CountedSinceValue(since), example.Wire("value"));
  EXPECT_EQ(DecodeCountedSinceValue(AsBytes(example.Wire("value"))), since);
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

TEST(KeysMd, TheCodecDoesWhatTheSchemaSays) {
  const std::map<std::string, void (*)(const Example&)> checks{
      {"forward", CheckForward}, {"reverse", CheckReverse}, {"value", CheckValue},
      {"ledger", CheckLedger},   {"fate", CheckFate},       {"since", CheckSince},
      {"schema", CheckSchema}};
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

// Every reverse kind that the file promises is shown at least once, and so are the digests, the
// hints and the tuple without reverse keys.
TEST(KeysMd, EveryReverseFormIsShown) {
  std::map<int, int> kinds;
  int digests = 0;
  int several = 0;
  int none = 0;
  for (const Example& example : ReadExamples()) {
    if (example.Text("what") != "reverse") continue;
    const auto keys = example.AllWire("key");
    none += keys.empty() ? 1 : 0;
    several += keys.size() > 1 ? 1 : 0;
    for (const std::string& key : keys) {
      ++kinds[key.at(0)];
      const auto row = DecodeReverseKey(AsBytes(key));
      digests += row.has_value() && row->digest.has_value() ? 1 : 0;
    }
  }
  EXPECT_GE(kinds[2], 2);
  EXPECT_GE(kinds[4], 2);
  EXPECT_GE(kinds[6], 1);
  EXPECT_GE(kinds[9], 2);
  EXPECT_GE(digests, 2);
  EXPECT_GE(several, 1);
  EXPECT_GE(none, 1);
}

}  // namespace
}  // namespace pdns::store
