package ai.neo.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AllowedHostsTest {
  private static final int PORT = 8080;

  @Test
  void onLoopbackOnlyThisMachinesNamesAreAnswered() {
    AllowedHosts hosts = AllowedHosts.of("127.0.0.1");
    assertThat(hosts.allow("localhost:8080", null, PORT)).isTrue();
    assertThat(hosts.allow("127.0.0.1:8080", "http://localhost:8080", PORT)).isTrue();
    assertThat(hosts.allow("192.168.1.5:8080", null, PORT)).isFalse();
    assertThat(hosts.allow("evil.example:8080", null, PORT)).isFalse();
    assertThat(hosts.allow("localhost:8080", "http://evil.example", PORT)).isFalse();
    assertThat(hosts.allow("localhost:8081", null, PORT)).isFalse();
    assertThat(hosts.allow(null, null, PORT)).isFalse();
  }

  @Test
  void whereOtherMachinesAreLetInAnAddressWillDoAndAForeignNameWillNot() {
    AllowedHosts hosts = AllowedHosts.of("0.0.0.0");
    assertThat(hosts.allow("192.168.1.5:8080", null, PORT)).isTrue();
    assertThat(hosts.allow("[fe80::1]:8080", null, PORT)).isTrue();
    assertThat(hosts.allow("192.168.1.5:8080", "http://192.168.1.5:8080", PORT)).isTrue();
    assertThat(hosts.allow("192.168.1.5:8080", "http://6.6.6.6:8080", PORT)).isFalse();
    assertThat(hosts.allow("rebound.example:8080", null, PORT)).isFalse();
    assertThat(AllowedHosts.of("neo.lan").allow("neo.lan:8080", null, PORT)).isTrue();
  }
}
