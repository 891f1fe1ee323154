#include "tap/print/json.h"

#include "json/writer.h"
#include "tap/print/describe.h"

namespace pdns::tap {
namespace {

class JsonTree final : public Tree {
 public:
  JsonTree() { json_.BeginObject(); }

  std::string Finish() {
    json_.EndObject();
    return std::string(json_.text());
  }

  void BeginMap(std::string_view key) override {
    Key(key);
    json_.BeginObject();
  }
  void EndMap() override { json_.EndObject(); }
  void BeginList(std::string_view key) override {
    Key(key);
    json_.BeginArray();
  }
  void EndList() override { json_.EndArray(); }
  void Text(std::string_view key, std::string_view text) override {
    Key(key);
    json_.Text(text);
  }
  void Word(std::string_view key, std::string_view word) override { Text(key, word); }
  void Number(std::string_view key, std::uint64_t number) override {
    Key(key);
    json_.Number(number);
  }
  void Time(std::string_view key, std::string_view iso) override { Text(key, iso); }
  bool in_parts() const override { return true; }

 private:
  void Key(std::string_view key) {
    if (!key.empty()) json_.Key(key);
  }

  json::Writer json_;
};

}  // namespace

std::string FrameToJson(Frame& frame, Zone zone) {
  JsonTree tree;
  Describe(frame, zone, tree);
  return tree.Finish();
}

std::string MalformedToJson(Bytes payload) {
  JsonTree tree;
  DescribeMalformed(payload, tree);
  return tree.Finish();
}

}  // namespace pdns::tap
