#include "tests/support/test_certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace trawl::test {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Paper = std::unique_ptr<X509, Free>;

template <class Write>
std::string Pem(Write write) {
  const std::unique_ptr<BIO, Free> bio(BIO_new(BIO_s_mem()));
  if (write(bio.get()) != 1) throw std::runtime_error("PEM cannot be written");
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &bytes);
  return std::string(bytes, static_cast<std::size_t>(size));
}

void Extend(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  if (extension == nullptr) throw std::runtime_error("bad extension: " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Paper Blank(EVP_PKEY* key, const std::string& name, long begins, long ends) {
  static long serial = 1000;
  Paper paper(X509_new());
  X509_set_version(paper.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(paper.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(paper.get()), begins);
  X509_gmtime_adj(X509_getm_notAfter(paper.get()), ends);
  X509_set_pubkey(paper.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(paper.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return paper;
}

}  // namespace

struct TestAuthority::Keys {
  Key key;
  Paper paper;
};

TestAuthority::TestAuthority(const std::string& name) : keys_(std::make_unique<Keys>()) {
  keys_->key.reset(EVP_EC_gen("P-256"));
  keys_->paper = Blank(keys_->key.get(), name, -86400, 86400);
  X509* const paper = keys_->paper.get();
  X509_set_issuer_name(paper, X509_get_subject_name(paper));
  Extend(paper, paper, NID_basic_constraints, "critical,CA:TRUE");
  Extend(paper, paper, NID_key_usage, "critical,keyCertSign,cRLSign");
  Extend(paper, paper, NID_subject_key_identifier, "hash");
  X509_sign(paper, keys_->key.get(), EVP_sha256());
}

TestAuthority::~TestAuthority() = default;

Certificate TestAuthority::Sign(const Subject& subject) {
  const Key key(EVP_EC_gen("P-256"));
  const Paper paper = Blank(key.get(), "trawl test", subject.begins, subject.ends);
  X509_set_issuer_name(paper.get(), X509_get_subject_name(keys_->paper.get()));
  std::string names;
  for (const std::string& name : subject.names) names += (names.empty() ? "" : ",") + name;
  if (!names.empty()) Extend(paper.get(), keys_->paper.get(), NID_subject_alt_name, names);
  X509_sign(paper.get(), keys_->key.get(), EVP_sha256());
  return {test::Pem([&](BIO* bio) { return PEM_write_bio_X509(bio, paper.get()); }), test::Pem([&](BIO* bio) {
            return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

std::string TestAuthority::Pem() const {
  return test::Pem([&](BIO* bio) { return PEM_write_bio_X509(bio, keys_->paper.get()); });
}

}  // namespace trawl::test
