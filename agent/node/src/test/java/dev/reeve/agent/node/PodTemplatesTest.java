package dev.reeve.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.agent.mind.PodProgram.PullPolicy;
import dev.reeve.agent.mind.PodProgram.RestartPolicy;
import dev.reeve.core.model.Bytes;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodTemplatesTest {

  @Test
  void readsOrderGraceAndProbes() {
    var program =
        template(
                "'initContainers':[{'name':'i','image':'x:1'}],'restartPolicy':'OnFailure',"
                    + "'terminationGracePeriodSeconds':5,'containers':[{'name':'a','image':'x:1',"
                    + "'livenessProbe':{'tcpSocket':{'port':80},'periodSeconds':3}}]")
            .orElseThrow()
            .program();

    assertThat(program.init()).extracting(it -> it.name()).containsExactly("i");
    assertThat(program.restart()).isEqualTo(RestartPolicy.ON_FAILURE);
    assertThat(program.grace()).isEqualTo(Duration.ofSeconds(5));
    var probe = program.containers().getFirst().liveness().orElseThrow();
    assertThat(probe.period()).isEqualTo(Duration.ofSeconds(3));
    assertThat(probe.timeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(probe.failureThreshold()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "web, ALWAYS",
    "web:latest, ALWAYS",
    "web:1, IF_NOT_PRESENT",
    "host:5000/web, ALWAYS",
    "host:5000/web:1, IF_NOT_PRESENT",
    "web@sha256:abc, IF_NOT_PRESENT"
  })
  void looksAgainForAnImageThatMayHaveMoved(String image, PullPolicy policy) {
    var program =
        template("'containers':[{'name':'a','image':'" + image + "'}]").orElseThrow().program();

    assertThat(program.containers().getFirst().pull()).isEqualTo(policy);
  }

  @Test
  void readsWhichDevicesAreAskedFor() {
    var program =
        template(
                "'containers':[{'name':'a','image':'x:1','resources':{'limits':{'cpu':'1',"
                    + "'hugepages-2Mi':'2Mi','example.com/tty':'2','nvidia.com/gpu':1,"
                    + "'example.com/none':'0'}}},"
                    + "{'name':'b','image':'x:1'}]")
            .orElseThrow()
            .program();

    assertThat(program.containers().getFirst().devices())
        .isEqualTo(Map.of("example.com/tty", 2, "nvidia.com/gpu", 1));
    assertThat(program.containers().getLast().devices()).isEmpty();
  }

  @Test
  void anUnreadableTextIsNone() {
    assertThat(PodTemplates.read(Bytes.utf8("{"))).isEmpty();
    assertThat(PodTemplates.read(Bytes.utf8("{}"))).isEmpty();
    assertThat(template("'containers':[{'name':'a'}]")).isEmpty();
    assertThat(template("'containers':7")).isEmpty();
  }

  private static java.util.Optional<PodTemplates.Template> template(String spec) {
    return PodTemplates.read(Bytes.utf8(("{'spec':{" + spec + "}}").replace('\'', '"')));
  }
}
