package dev.reeve.server.web.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PodColumnsTest {
  private static final String RUNNING = "{'running':{}}";
  private static final String WAITING = "{'waiting':{'reason':'PodInitializing'}}";

  @Test
  void aSidecarCountsAmongThePodsContainers() throws Exception {
    var pod = pod("Running", RUNNING, RUNNING);

    assertThat(cell("Ready", pod)).isEqualTo("2/2");
    assertThat(cell("Status", pod)).isEqualTo("Running");
    assertThat(cell("Restarts", pod)).isEqualTo("3");
  }

  @Test
  void aSidecarThatRunsIsNotWaitedFor() throws Exception {
    assertThat(cell("Status", pod("Pending", RUNNING, WAITING))).isEqualTo("PodInitializing");
    assertThat(cell("Status", pod("Pending", WAITING, WAITING))).isEqualTo("Init:0/1");
  }

  private static String cell(String column, JsonNode pod) {
    return PodColumns.ALL.stream()
        .filter(it -> it.name().equals(column))
        .findFirst()
        .orElseThrow()
        .cell()
        .of(pod, Instant.EPOCH)
        .asText();
  }

  private static JsonNode pod(String phase, String sidecar, String app) throws Exception {
    return new ObjectMapper()
        .readTree(
            """
            {'spec':{'initContainers':[{'name':'proxy','restartPolicy':'Always'}],'containers':[{'name':'app'}]},
             'status':{'phase':'%s',
              'initContainerStatuses':[{'name':'proxy','ready':true,'restartCount':2,'state':%s}],
              'containerStatuses':[{'name':'app','ready':true,'restartCount':1,'state':%s}]}}
            """
                .formatted(phase, sidecar, app)
                .replace('\'', '"'));
  }
}
