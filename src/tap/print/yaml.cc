#include "tap/print/yaml.h"

#include "tap/print/describe.h"

namespace pdns::tap {
namespace {

constexpr std::size_t kIndent = 2;

class YamlTree final : public Tree {
 public:
  std::string Finish() { return std::move(out_); }

  void BeginMap(std::string_view key) override { Begin(key); }
  void EndMap() override { indent_ -= kIndent; }
  void BeginList(std::string_view key) override { Begin(key); }
  void EndList() override { indent_ -= kIndent; }
  void Text(std::string_view key, std::string_view text) override {
    Key(key);
    out_ += " \"";
    for (const char c : text) {
      if (c == '"' || c == '\\') out_.push_back('\\');
      out_.push_back(c);
    }
    out_ += "\"\n";
  }
  void Word(std::string_view key, std::string_view word) override { Plain(key, word); }
  void Number(std::string_view key, std::uint64_t number) override {
    Plain(key, std::to_string(number));
  }
  void Time(std::string_view key, std::string_view iso) override {
    Plain(key, "!!timestamp " + std::string(iso));
  }
  bool in_parts() const override { return false; }

 private:
  void Key(std::string_view key) {
    out_.append(indent_, ' ');
    if (key.empty()) {
      out_.push_back('-');
    } else {
      out_.append(key).push_back(':');
    }
  }

  void Begin(std::string_view key) {
    Key(key);
    out_.push_back('\n');
    indent_ += kIndent;
  }

  void Plain(std::string_view key, std::string_view value) {
    Key(key);
    if (!value.empty()) out_.append(" ").append(value);
    out_.push_back('\n');
  }

  std::string out_;
  std::size_t indent_ = 0;
};

}  // namespace

std::string FrameToYaml(Frame& frame, Zone zone) {
  YamlTree tree;
  Describe(frame, zone, tree);
  return tree.Finish();
}

std::string MalformedToYaml(Bytes payload) {
  YamlTree tree;
  DescribeMalformed(payload, tree);
  return tree.Finish();
}

}  // namespace pdns::tap
