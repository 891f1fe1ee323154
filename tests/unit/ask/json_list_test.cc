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
  JsonList list;
  const auto passed_over =
      list.Read(text, {[&](std::string_view value) {
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
  for (const char* json : {"{\"", " \r\n\t{\n  \"Event\"", "[{", "[\n {\"a\"", "{}", "[]", "[ ]\n",
                           "[\"a.org\"]", "[\n  \"a"})
    EXPECT_TRUE(LooksLikeJson(json)) << json;
  for (const char* list : {"", " ", "www.blah.org", "[::1]:443", "[2001:db8::1]", "[.]", "{", "[",
                           "{.}org", "[[", "\"{\"", "[]x", "{}.org", "# {\"a\": 1}"})
    EXPECT_FALSE(LooksLikeJson(list)) << list;
}

TEST(JsonList, AnEventOfMisp) {
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

TEST(JsonList, ASearchOfMisp) {
  const Read read = ReadAll(testing::TestData("lists/misp-search.json"));
  EXPECT_TRUE(read.status.ok());
  EXPECT_EQ(read.taken, (Texts{"www.blah.org", "2001:db8::1"}));
  EXPECT_EQ(read.passed_over, 1U);
}

TEST(JsonList, ABundleOfStix) {
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

TEST(JsonList, PlacesAndShapes) {
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

TEST(JsonList, EmptyExportsAreLists) {
  for (const char* json : {"[]", R"({"response": []})", R"({"response": {"Attribute": []}})",
                           R"({"Event": {"info": "x"}})", R"({"type": "bundle", "id": "x"})"}) {
    const Read read = ReadAll(json);
    EXPECT_TRUE(read.status.ok()) << json << read.status.message();
    EXPECT_TRUE(read.taken.empty() && read.refused.empty());
  }
}

TEST(JsonList, RefusesWhatIsNone) {
  const std::string attribute = R"({"Attribute": [{"type": "domain", "value": "a.b"}]})";
  const auto zero = attribute + std::string(1, '\0') + attribute;
  for (const std::string& json :
       {std::string("{}"), std::string(R"({"id": "a.org.", "rrtype": "A"})"),
        attribute.substr(0, attribute.size() - 1), zero, attribute + "x",
        std::string(R"({"Attribute": [,]})"), std::string("{\"Attribute\": \"a\nb\x01\"}")}) {
    const Read read = ReadAll(json);
    EXPECT_EQ(read.status.code(), Code::kNoInput) << json;
    EXPECT_TRUE(read.status.message().starts_with("JSON")) << read.status.message();
  }
  EXPECT_TRUE(ReadAll(attribute + " \n\t").status.ok());
}

// As pdns-query, Zeek, Suricata and programs of one's own write them.
TEST(JsonList, MembersByTheirNames) {
  const std::vector<std::pair<std::string, Texts>> cases{
      {R"({"rrname":"a.org.","rrtype":"A","rdata":"192.0.2.1","count":1})", {"a.org."}},
      {R"(["a.org","192.0.2.1","hxxp://b[.]org/"])", {"a.org", "192.0.2.1", "hxxp://b[.]org/"}},
      {R"({"domains":["a.org","org"],"ips":["192.0.2.1"],"note":"c.org"})",
       {"a.org", "org", "192.0.2.1"}},
      {R"({"query":"a.org","qtype_name":"A","id.orig_h":"10.0.0.1","answers":["192.0.2.1"]})",
       {"a.org"}},
      {R"({"event_type":"dns","src_ip":"10.0.0.1","dns":{"rrname":"a.org","answers":[)"
       R"({"rrname":"b.org","rdata":"192.0.2.1"}]}})",
       {"a.org"}},
      {R"({"dns":{"queries":[{"rrname":"a.org","rrtype":"A"}],"answers":[{"rrname":"b.org"}]}})",
       {"a.org"}},
      {R"([{"Domain Name":"a.org"},{"ip_address":"192.0.2.1"},{"IOC":"http://b.org/x"}])",
       {"a.org", "192.0.2.1", "http://b.org/x"}},
      {R"({"name":"Emotet","value":"a.org","host":"localhost","address":"192.0.2.1"})",
       {"a.org", "192.0.2.1"}},
      {R"([{"type":"domain","value":"a.org"},{"type":"md5","value":"0123"}])", {"a.org"}},
      {R"({"url":"/index.html","hostname":"a.org"})", {"a.org"}},
      {R"({"domain":null,"ip":"-","fqdn":"","hostname":["a.org",null,5]})", {"a.org"}},
      {"{\"domain\":\"a.org\"}\n{\"domain\":\"b.org\"} [\"c.org\"]", {"a.org", "b.org", "c.org"}}};
  for (const auto& [json, wanted] : cases) {
    const Read read = ReadAll(json);
    EXPECT_TRUE(read.status.ok()) << json << read.status.message();
    EXPECT_EQ(read.taken, wanted) << json;
    EXPECT_EQ(read.refused, Texts{}) << json;
  }
  const Read bad = ReadAll(R"({"domain":"a..b"} {"x":{"ips":["192.0.2.1","192.0.2.0/99"]}})");
  EXPECT_EQ(bad.taken, Texts{"192.0.2.1"});
  EXPECT_EQ(bad.refused, (Texts{"domain: a..b", "document 2: x.ips[1]: 192.0.2.0/99"}));
  EXPECT_EQ(ReadAll(R"([{"domain":"a.org"},{"x":1},{"name":"x"}])").passed_over, 2U);
}

// Links, tags and names of people in MISP and STIX are none that are asked for.
TEST(JsonList, OfKnownKindsOnlyTheirOwnMembers) {
  const std::string event = R"({"Event":{"Org":{"name":"cert.example"},"url":"http://x.example",)"
                            R"("Attribute":[{"type":"domain","value":"a.org"}]}})";
  EXPECT_EQ(ReadAll(event).taken, Texts{"a.org"});
  EXPECT_EQ(ReadAll(event + event).taken, (Texts{"a.org", "a.org"}));
  EXPECT_EQ(ReadAll("[" + event + R"(,{"domain":"b.org"}])").taken, (Texts{"a.org", "b.org"}));
  // Said behind them, as by an event that stands alone.
  EXPECT_EQ(ReadAll(R"({"Org":{"name":"cert.example"},"domain":"x.example",)"
                    R"("Attribute":[{"type":"domain","value":"a.org"}]})")
                .taken,
            Texts{"a.org"});
  EXPECT_EQ(ReadAll(R"({"id":"x","url":"http://x.example","type":"bundle","objects":[]})").taken,
            Texts{});
}

TEST(JsonList, NamesTheMembersThatItAskedFor) {
  const auto notes = [](const std::string& json) {
    std::istringstream in(json);
    Utf8Text text(in);
    JsonList list;
    EXPECT_TRUE(list.Read(text, {[](std::string_view) { return Status(); }, {}}).ok());
    return list.notes();
  };
  EXPECT_EQ(notes(R"([{"domain":"a.org"},{"ips":["192.0.2.1"]},{"domain":"b.org"}])"),
            Texts{"JSON: asking for the values of 'domain', 'ips'"});
  EXPECT_EQ(notes(R"(["a.org"])"), Texts{});
  EXPECT_EQ(notes(R"({"Attribute":[{"type":"domain","value":"a.org"}]})"), Texts{});
  std::string many = "{";
  for (const char* name : {"ip", "ips", "url", "urls", "fqdn", "fqdns", "email", "emails", "ioc"})
    many += std::string("\"") + name + R"(":"a.org",)";
  many.back() = '}';
  ASSERT_EQ(notes(many).size(), 1U);
  EXPECT_TRUE(notes(many)[0].ends_with("'emails' and maybe others")) << notes(many)[0];
}

std::string Nested(std::size_t levels) {  // within the one of the object around
  return R"({"Attribute": )" + std::string(levels, '[') + std::string(levels, ']') + "}";
}

TEST(JsonList, BoundsOfDepthAndLength) {
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
  const std::string name(100'000, 'a');
  EXPECT_LT(ReadAll(R"({"domain": ")" + name + "\"}").refused.at(0).size(), 10000U);
  std::string many = "[";
  for (std::size_t i = 0; i < 3 * kMostWaiting; ++i) many += "{\"ips\":[\"192.0.2.1\"]},";
  many += R"({"ips":[")" + std::string("192.0.2.2");
  for (std::size_t i = 0; i < 3 * kMostWaiting; ++i) many += "\",\"192.0.2.1";
  EXPECT_EQ(ReadAll(many + "\"]}]").taken.size(), 6 * kMostWaiting + 1);
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
TEST(JsonList, MemoryDoesNotGrowWithTheDocument) {
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
    JsonList list;
    const auto read = list.Read(text, {[&taken](std::string_view /*value*/) {
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
