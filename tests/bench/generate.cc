// pdns-bench-generate: writes a corpus of dnstap RESOLVER_RESPONSE messages to a Frame Streams
// file.
#include <fstrm.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "corpus/corpus.h"

namespace {

using pdns::bench::Corpus;
using pdns::bench::CorpusOptions;

constexpr std::string_view kContentType = "protobuf:dnstap.Dnstap";
constexpr int kUsage = 64;
constexpr int kIo = 74;

struct Options {
  CorpusOptions corpus;
  std::string output;
  bool quiet = false;
};

[[noreturn]] void Usage(const std::string& complaint) {
  std::fprintf(stderr,
               "pdns-bench-generate: %s\n"
               "usage: pdns-bench-generate --corpus rep|new|mix -o FILE [--messages N] [--seed S]\n"
               "       [--first-new NUMBER] [--start UNIX_TIME] [--rate PER_SECOND] [--quiet]\n",
               complaint.c_str());
  std::exit(kUsage);
}

template <typename T>
T Number(std::string_view option, std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    Usage(std::string(option) + ": not a number: " + std::string(text));
  }
  return value;
}

void Set(std::string_view option, std::string_view value, Options& out) {
  if (option == "--corpus") {
    const auto percent = pdns::bench::PercentNew(value);
    if (!percent) Usage("no such corpus: " + std::string(value));
    out.corpus.percent_new = *percent;
  } else if (option == "--messages") {
    out.corpus.messages = Number<std::uint64_t>(option, value);
  } else if (option == "--seed") {
    out.corpus.seed = Number<std::uint64_t>(option, value);
  } else if (option == "--first-new") {
    out.corpus.first_new = Number<std::uint64_t>(option, value);
  } else if (option == "--start") {
    out.corpus.start = Number<std::int64_t>(option, value);
  } else if (option == "--rate") {
    out.corpus.rate = Number<std::uint64_t>(option, value);
    if (out.corpus.rate == 0) Usage("--rate must not be 0");
  } else if (option == "-o") {
    out.output = value;
  } else {
    Usage("no such option: " + std::string(option));
  }
}

Options Parse(int argc, char** argv) {
  Options options;
  bool corpus = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--quiet") {
      options.quiet = true;
      continue;
    }
    if (++i == argc) Usage(std::string(option) + " needs a value");
    corpus = corpus || option == "--corpus";
    Set(option, argv[i], options);
  }
  if (!corpus) Usage("--corpus is missing");
  if (options.output.empty()) Usage("-o is missing");
  return options;
}

fstrm_writer* OpenWriter(const std::string& path) {
  fstrm_file_options* file = fstrm_file_options_init();
  fstrm_file_options_set_file_path(file, path.c_str());
  fstrm_writer_options* writer = fstrm_writer_options_init();
  fstrm_writer_options_add_content_type(writer, kContentType.data(), kContentType.size());
  fstrm_writer* out = fstrm_file_writer_init(file, writer);
  fstrm_writer_options_destroy(&writer);
  fstrm_file_options_destroy(&file);
  if (out != nullptr && fstrm_writer_open(out) != fstrm_res_success) fstrm_writer_destroy(&out);
  return out;
}

bool WriteAll(Corpus& corpus, fstrm_writer* out) {
  for (auto payload = corpus.Next(); !payload.empty(); payload = corpus.Next()) {
    if (fstrm_writer_write(out, payload.data(), payload.size()) != fstrm_res_success) return false;
  }
  return fstrm_writer_close(out) == fstrm_res_success;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = Parse(argc, argv);
  Corpus corpus(options.corpus);
  fstrm_writer* out = OpenWriter(options.output);
  const bool written = out != nullptr && WriteAll(corpus, out);
  fstrm_writer_destroy(&out);
  if (!written) {
    std::fprintf(stderr, "pdns-bench-generate: cannot write %s\n", options.output.c_str());
    return kIo;
  }
  if (!options.quiet) {
    std::fprintf(stderr, "%s: %llu messages, %llu answer records, %llu messages without\n",
                 options.output.c_str(), static_cast<unsigned long long>(options.corpus.messages),
                 static_cast<unsigned long long>(corpus.Records()),
                 static_cast<unsigned long long>(corpus.Empty()));
  }
  return 0;
}
