#include "json/writer.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <limits>
#include <string>

namespace pdns::json {
namespace {

TEST(Writer, ValuesInTheirOrder) {
  Writer json;
  json.BeginObject();
  json.Text("text", "a");
  json.Number("number", std::numeric_limits<std::uint64_t>::max());
  json.Real("real", 0.5);
  json.Bool("bool", true);
  json.Time("time", std::chrono::sys_seconds(std::chrono::seconds(-1)));
  json.BeginArray("array");
  json.Text("b");
  json.Number(1);
  json.Bool(false);
  json.EndArray();
  json.BeginObject("object");
  json.EndObject();
  json.EndObject();
  EXPECT_EQ(json.text(),
            R"({"text":"a","number":18446744073709551615,"real":0.5,"bool":true,"time":-1,)"
            R"("array":["b",1,false],"object":{}})");
}

TEST(Writer, ManyDocumentsOneALine) {
  Writer json;
  for (std::uint64_t number = 1; number <= 2; ++number) {
    json.BeginArray();
    json.Number(number);
    json.EndArray();
    json.EndLine();
  }
  EXPECT_EQ(json.text(), "[1]\n[2]\n");
  json.Clear();
  EXPECT_EQ(json.text(), "");
  json.Text("again");
  EXPECT_EQ(json.text(), "\"again\"");
}

TEST(Writer, EveryByteOfATextComesBack) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  Writer json;
  json.BeginArray();
  json.Text(all);
  json.EndArray();
  const std::string text(json.text());
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  ASSERT_FALSE(document.HasParseError());
  EXPECT_EQ(std::string(document[0].GetString(), document[0].GetStringLength()), all);
}

TEST(Writer, AMovedOneGoesOn) {
  Writer first;
  first.BeginArray();
  Writer second(std::move(first));
  second.EndArray();
  EXPECT_EQ(second.text(), "[]");
}

}  // namespace
}  // namespace pdns::json
