// The guest room of cpp-httplib: its parser, its routes and its answers, without its sockets.
#include "metrics/answers.h"

#include <httplib.h>

#include <csignal>
#include <string_view>
#include <utility>

#include "metrics/figures_text.h"

namespace pdns::metrics {
namespace {

constexpr const char* kFiguresType = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* kTextType = "text/plain; charset=utf-8";
constexpr std::string_view kPage =
    "/metrics  figures, in the text format of Prometheus\n"
    "/health   200 while the process is well, else 503\n"
    "/ready    200 while it takes frames, else 503\n";

// httplib's view of a connection.
class Connection final : public httplib::Stream {
 public:
  explicit Connection(HttpStream& stream) : stream_(stream) {}

  bool is_readable() const override { return stream_.AwaitReadable(); }
  bool is_writable() const override { return stream_.AwaitWritable(); }
  ssize_t read(char* into, std::size_t size) override { return stream_.Read(into, size); }
  ssize_t write(const char* from, std::size_t size) override { return stream_.Write(from, size); }
  void get_remote_ip_and_port(std::string& ip, int& port) const override { Nobody(ip, port); }
  void get_local_ip_and_port(std::string& ip, int& port) const override { Nobody(ip, port); }
  socket_t socket() const override { return stream_.fd(); }

 private:
  // Nobody here asks who it is.
  static void Nobody(std::string& ip, int& port) {
    ip.clear();
    port = 0;
  }

  HttpStream& stream_;
};

// Making a server of httplib ignores SIGPIPE for the whole process, which is not its to say: ours
// sends without that signal.
class KeepSigpipe {
 public:
  KeepSigpipe() { sigaction(SIGPIPE, nullptr, &before_); }
  ~KeepSigpipe() { sigaction(SIGPIPE, &before_, nullptr); }
  KeepSigpipe(const KeepSigpipe&) = delete;
  KeepSigpipe& operator=(const KeepSigpipe&) = delete;

 private:
  struct sigaction before_ {};
};

}  // namespace

class Answers::Impl final : public httplib::Server {
 public:
  explicit Impl(Source source) : source_(std::move(source)) {
    using httplib::Request;
    using httplib::Response;
    set_pre_routing_handler(&Impl::RefuseMethod);
    set_error_handler([](const Request&, Response& response) {
      if (response.body.empty()) response.set_content("not here; see /\n", kTextType);
    });
    Get("/", [](const Request&, Response& response) {
      response.set_content(std::string(kPage), kTextType);
    });
    Get("/metrics", [this](const Request&, Response& response) {
      response.set_content(FiguresText(source_.figures()), kFiguresType);
    });
    Get("/health",
        [this](const Request&, Response& response) { SayWhether(source_.healthy(), response); });
    Get("/ready",
        [this](const Request&, Response& response) { SayWhether(source_.ready(), response); });
  }

  void Serve(HttpStream& stream) {
    Connection connection(stream);
    bool closed = false;
    constexpr bool kCloseAfter = true;
    process_request(connection, kCloseAfter, closed,
                    [](httplib::Request& request) { request.ranges.clear(); });
  }

 private:
  static HandlerResponse RefuseMethod(const httplib::Request& request,
                                      httplib::Response& response) {
    if (request.method == "GET" || request.method == "HEAD") return HandlerResponse::Unhandled;
    response.status = 405;
    response.set_header("Allow", "GET, HEAD");
    response.set_content("only GET and HEAD\n", kTextType);
    return HandlerResponse::Handled;
  }

  static void SayWhether(bool yes, httplib::Response& response) {
    response.status = yes ? 200 : 503;
    response.set_content(yes ? "ok\n" : "no\n", kTextType);
  }

  Source source_;
};

Answers::Answers(Source source) {
  const KeepSigpipe keep;
  impl_ = std::make_unique<Impl>(std::move(source));
}

Answers::~Answers() = default;

void Answers::Serve(HttpStream& stream) { impl_->Serve(stream); }

}  // namespace pdns::metrics
