package dev.reeve.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommitLinksTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "https://github.com/acme/shop.git, https://github.com/acme/shop/commit/abc",
        "https://user:secret@github.com/acme/shop, https://github.com/acme/shop/commit/abc",
        "https://gitlab.acme.example:8443/a/b/c.git/,"
            + " https://gitlab.acme.example:8443/a/b/c/-/commit/abc",
        "http://gitea.acme.example/acme/shop, http://gitea.acme.example/acme/shop/commit/abc",
        "https://git.acme.example/acme/shop.git, none",
        "ssh://git@github.com/acme/shop.git, none",
        "git@github.com:acme/shop.git, none",
        "/srv/git/shop.git, none",
        "javascript:alert(1)//github, none"
      })
  void leadToThePagesThatForgesHave(String repository, String page) {
    assertThat(CommitLinks.of(repository).to("abc")).isEqualTo(page == null ? "" : page);
  }
}
