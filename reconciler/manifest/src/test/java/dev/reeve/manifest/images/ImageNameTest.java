package dev.reeve.manifest.images;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageNameTest {
  @ParameterizedTest
  @CsvSource({
    "nginx, nginx:latest",
    "nginx:1.27, nginx:1.27",
    "docker.io/library/nginx, nginx:latest",
    "index.docker.io/library/nginx:1, nginx:1",
    "docker.io/grafana/grafana:11, grafana/grafana:11",
    "registry:5000/team/app, registry:5000/team/app:latest",
    "localhost/app:2, localhost/app:2",
    "nginx@sha256:aa, nginx@sha256:aa",
    "docker.io/library/nginx:1.27@sha256:aa, nginx@sha256:aa",
  })
  void isListedByAnEngineAs(String reference, String listed) {
    assertThat(ImageName.asListed(reference)).isEqualTo(listed);
  }
}
