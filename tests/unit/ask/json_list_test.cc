#include "ask/json_list.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

#include "ask/question.h"
#include "unit/support/sanitized.h"
#include "unit/support/temp_dir.h"

namespace pdns::ask {
namespace {

using Texts = std::vector<std::string>;

struct Read {
  Status status;
  std::uint64_t passed_over = 0;
  Texts taken;
  Texts refused;  // "place: text"
};

Read ReadAll(const std::string& json) {
  std::istringstream in(json);
  Utf8Text text(in);
  Read read;
  const auto passed_over =
      ReadJsonList(text, {[&](std::string_view value) {
                            const auto question = AskName(value);
                            if (question.ok()) read.taken.emplace_back(value);
                            return question.status();
                          },
                          [&](const std::string& place, std::string_view value, const Status& why) {
                            EXPECT_EQ(why.code(), Code::kUsage);
                            read.refused.push_back(place + ": " + std::string(value));
                          }});
  read.status = passed_over.status();
  if (passed_over.ok()) read.passed_over = *passed_over;
  return read;
}

TEST(LooksLikeJson, ByItsFirstSigns) {
  for (const char* json : {"{\"", " \r\n\t{\n  \"Event\"", "[{", "[\n {\"a\"", "{}", "[]", "[ ]\n"})
    EXPECT_TRUE(LooksLikeJson(json)) << json;
  for (const char* list : {"", " ", "www.blah.org", "[::1]:443", "[2001:db8::1]", "[.]", "{", "[",
                           "{.}org", "[[", "[\"a.org\"]", "\"{\"", "[]x", "{}.org", "# {\"a\": 1}"})
    EXPECT_FALSE(LooksLikeJson(list)) << list;
}

TEST(ReadJsonList, AnEventOfMisp) {
  const Read read = ReadAll(testing::TestData("lists/misp-event.json"));
  EXPECT_TRUE(read.status.ok()) << read.status.message();
  EXPECT_EQ(read.taken, (Texts{"blah.org", "www.blah.org", "205.150.150.140", "2001:db8::140",
                               "205.150.150.140", "mail.blah.org", "evil.example", "192.0.2.7",
                               "hxxps://www[.]blah[.]org/login?u=1", "http://evil.example/kit.zip",
                               "billing@blah.org", "ns1.blah.org", "205.150.150.141"}));
  EXPECT_EQ(read.refused, (Texts{"Event.Attribute[10].value: not a name",
                                 "Event.Attribute[11].value: 192.0.2.0/99"}));
  EXPECT_EQ(read.passed_over, 6U);
}

TEST(ReadJsonList, ASearchOfMisp) {
  const Read read = ReadAll(testing::TestData("lists/misp-search.json"));
  EXPECT_TRUE(read.status.ok());
  EXPECT_EQ(read.taken, (Texts{"www.blah.org", "2001:db8::1"}));
  EXPECT_EQ(read.passed_over, 1U);
}

TEST(ReadJsonList, ABundleOfStix) {
  const Read read = ReadAll(testing::TestData("lists/stix-bundle.json"));
  EXPECT_TRUE(read.status.ok());
  EXPECT_EQ(read.taken,
            (Texts{"www.blah.org", "205.150.150.140", "198.51.100.0/24", "2001:db8::1",
                   "2001:db8::2", "https://evil.example/it's?x=1", "203.0.113.9", "mail.blah.org",
                   "192.0.2.0/28", "2001:db8::140", "http://evil.example/a", "billing@blah.org",
                   "old.blah.org", "192.0.2.99"}));
  EXPECT_EQ(read.refused, (Texts{"objects[7].pattern: [domain-name:value LIKE '%.evil.example']",
                                 "objects[8].pattern: not a name"}));
  EXPECT_EQ(read.passed_over, 8U);
}

TEST(ReadJsonList, PlacesAndShapes) {
  const Read read = ReadAll(
      R"([{"Event": {"Attribute": {"value": "a..b", "type": "domain"}}},
          {"Event": {"Object": [{}, {"Attribute": [{"value": "c.d", "type": "domain", "x": [{}]},
                                                   {"value": "a..b", "type": "domain|ip"},
                                                   {"value": "e.f|b..a", "type": "domain|ip"},
                                                   {"value": 5, "type": "domain"},
                                                   {"value": ["g.h"], "type": "domain"},
                                                   {"type": "domain"}, {}]}]}}])");
  EXPECT_TRUE(read.status.ok()) << read.status.message();
  EXPECT_EQ(read.taken, (Texts{"c.d", "e.f"}));
  EXPECT_EQ(read.refused, (Texts{"[0].Event.Attribute.value: a..b",
                                 "[1].Event.Object[1].Attribute[1].value: a..b",
                                 "[1].Event.Object[1].Attribute[2].value: b..a"}));
  EXPECT_EQ(read.passed_over, 4U);
}

TEST(ReadJsonList, EmptyExportsAreLists) {
  for (const char* json : {"[]", R"({"response": []})", R"({"response": {"Attribute": []}})",
                           R"({"Event": {"info": "x"}})", R"({"type": "bundle", "id": "x"})"}) {
    const Read read = ReadAll(json);
    EXPECT_TRUE(read.status.ok()) << json << read.status.message();
    EXPECT_TRUE(read.taken.empty() && read.refused.empty());
  }
}

TEST(ReadJsonList, RefusesWhatIsNone) {
  const std::string attribute = R"({"Attribute": [{"type": "domain", "value": "a.b"}]})";
  const auto zero = attribute + std::string(1, '\0') + attribute;
  for (const std::string& json :
       {std::string("{}"), std::string(R"({"rrname": "a.org.", "rrtype": "A"})"),
        attribute.substr(0, attribute.size() - 1), attribute + attribute, zero, attribute + "x",
        std::string(R"({"Attribute": [,]})"), std::string("{\"Attribute\": \"a\nb\x01\"}")}) {
    const Read read = ReadAll(json);
    EXPECT_EQ(read.status.code(), Code::kNoInput) << json;
    EXPECT_TRUE(read.status.message().starts_with("JSON")) << read.status.message();
  }
  EXPECT_TRUE(ReadAll(attribute + " \n\t").status.ok());
}

std::string Nested(std::size_t levels) {  // within the one of the object around
  return R"({"Attribute": )" + std::string(levels, '[') + std::string(levels, ']') + "}";
}

TEST(ReadJsonList, BoundsOfDepthAndLength) {
  EXPECT_TRUE(ReadAll(Nested(kMaxJsonDepth - 1)).status.ok());
  EXPECT_EQ(ReadAll(Nested(kMaxJsonDepth)).status.code(), Code::kNoInput);
  EXPECT_EQ(ReadAll(Nested(1000000)).status.code(), Code::kNoInput);
  const auto with_data = [](std::size_t size) {
    return R"({"Attribute": [{"data": ")" + std::string(size, 'A') +
           R"(", "type": "domain", "value": "a.b"}]})";
  };
  const std::size_t piece = Utf8Text::kPiece;
  EXPECT_EQ(ReadAll(with_data(kMaxJsonString - piece)).taken, Texts{"a.b"});
  const Read too_long = ReadAll(with_data(kMaxJsonString + 2 * piece));
  EXPECT_EQ(too_long.status.code(), Code::kNoInput);
  EXPECT_NE(too_long.status.message().find("32 MiB"), std::string::npos);
  // Of an indicator no more is kept than tells that it is too long.
  const Read long_value = ReadAll(R"({"Attribute": [{"type": "domain", "value": ")" +
                                  std::string(100000, 'a') + "\"}]}");
  ASSERT_EQ(long_value.refused.size(), 1U);
  EXPECT_LT(long_value.refused[0].size(), 10000U);
}

// As a stream gives it, however long: `piece` many times between the two ends.
class Endless : public std::streambuf {
 public:
  Endless(std::string begin, std::string piece, std::string end, std::size_t times)
      : begin_(std::move(begin)), piece_(std::move(piece)), end_(std::move(end)), times_(times) {
    setg(begin_.data(), begin_.data(), begin_.data() + begin_.size());
  }

 protected:
  int_type underflow() override {
    if (given_ > times_) return traits_type::eof();
    std::string& next = given_++ < times_ ? piece_ : end_;
    setg(next.data(), next.data(), next.data() + next.size());
    return traits_type::to_int_type(next.front());
  }

 private:
  std::string begin_, piece_, end_;
  std::size_t times_;
  std::size_t given_ = 0;
};

// "VmHWM", "VmRSS": in bytes.
std::size_t OfProcess(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::stoul(line.substr(field.size() + 1)) << 10;
  }
  return 0;
}

// Half a gigabyte of MISP and of STIX, in the memory that a small one takes.
TEST(ReadJsonList, MemoryDoesNotGrowWithTheDocument) {
  if (testing::kSanitized) GTEST_SKIP() << "a sanitizer's memory is not the program's";
  constexpr std::size_t kSize = 500U << 20;
  constexpr std::size_t kPiece = 1U << 20;
  const std::string comment(2000, 'c');
  for (const bool misp : {true, false}) {
    std::string piece;
    while (piece.size() < kPiece) {
      piece += misp ? R"({"type":"domain","value":"a.example","comment":")" + comment + "\"},"
                    : R"({"type":"domain-name","value":"a.example","name":")" + comment + "\"},";
    }
    Endless endless(misp ? R"({"Event":{"Attribute":[)" : R"({"type":"bundle","objects":[)", piece,
                    misp ? "{}]}}" : "{}]}", kSize / piece.size() + 1);
    std::istream in(&endless);
    Utf8Text text(in);
    std::uint64_t taken = 0;
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins here
    const std::size_t before = OfProcess("VmRSS");
    const auto read = ReadJsonList(text, {[&taken](std::string_view /*value*/) {
                                            ++taken;
                                            return Status();
                                          },
                                          {}});
    ASSERT_TRUE(read.ok()) << read.status().message();
    EXPECT_GT(taken, kSize / 2200);
    EXPECT_LT(OfProcess("VmHWM"), before + (8U << 20)) << (misp ? "MISP" : "STIX");
  }
}

}  // namespace
}  // namespace pdns::ask
