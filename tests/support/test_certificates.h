#pragma once

#include <memory>
#include <string>
#include <vector>

namespace trawl::test {

/// A certificate with its key and what a server sends with it, all PEM.
struct Certificate {
  std::string chain_pem;
  std::string key_pem;
};

/// An authority made for one test: signs what it is asked to sign. Runs on: any one thread. Owns its key.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "Trawl test authority");
  ~TestAuthority();

  struct Subject {
    std::vector<std::string>
        names;            ///< subjectAltName entries as OpenSSL writes them: "DNS:a.example", "IP:127.0.0.1"
    long begins = -3600;  ///< seconds from now
    long ends = 3600;
  };
  Certificate Sign(const Subject& subject);
  /// What a client that trusts this authority loads.
  std::string Pem() const;

 private:
  struct Keys;
  std::unique_ptr<Keys> keys_;
};

}  // namespace trawl::test
