"""The manifests: right by Kubernetes' own schemas, and by each other. No cluster has seen them."""

from copy import deepcopy
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest

from tests.deploy.files import DEPLOY, documents, objects, of_kind

VERSIONS = ("1.29", "1.33", "1.37")
WORKLOADS = ("Deployment", "Job")


def named(each: dict[str, Any]) -> str:
    return f"{each['kind']} {each['metadata']['name']}"


def pod_of(name: str) -> dict[str, Any]:
    pod: dict[str, Any] = of_kind(*WORKLOADS)[name]["spec"]["template"]
    return pod


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("each", [pytest.param(each, id=named(each)) for each in objects()])
def test_it_has_the_shape_its_kind_has(each: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(each, version, strict=True)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param(("spec", "replica"), 2, id="a field that does not exist"),
        pytest.param(("spec", "replicas"), "two", id="a word for a number"),
    ],
)
def test_a_wrong_shape_is_noticed(place: tuple[str, str], value: object) -> None:
    wrong = deepcopy(of_kind("Deployment")["shimin-worker"])
    wrong[place[0]][place[1]] = value
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_the_kustomizations_name_every_file() -> None:
    for folder in (DEPLOY / "kubernetes", DEPLOY / "kubernetes" / "migrate"):
        [told] = documents(folder / "kustomization.yaml")
        here = {file.name for file in folder.glob("*.yaml")} - {"kustomization.yaml", "secret.example.yaml"}
        assert set(told["resources"]) == here
        assert [image["name"] for image in told["images"]] == ["shimin"]


@pytest.mark.parametrize("name", of_kind(*WORKLOADS))
def test_a_pod_may_do_nothing_but_its_work(name: str) -> None:
    pod = pod_of(name)["spec"]
    [container] = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert (pod["automountServiceAccountToken"], pod["enableServiceLinks"]) == (False, False)
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"]
    assert set(container["resources"]["requests"]) == {"cpu", "memory"}


@pytest.mark.parametrize("name", of_kind(*WORKLOADS))
def test_a_pod_finds_what_it_names(name: str) -> None:
    pod = pod_of(name)["spec"]
    [container] = pod["containers"]
    there = {kind: set(of_kind(kind)) for kind in ("ConfigMap", "Secret")}
    for source in container["envFrom"]:
        [(kind, reference)] = source.items()
        assert reference["name"] in there["ConfigMap" if kind == "configMapRef" else "Secret"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
    assert volumes["files"]["secret"]["secretName"] in there["Secret"]


def test_files_that_settings_name_are_in_the_secret() -> None:
    config = of_kind("ConfigMap")["shimin"]["data"]
    files = of_kind("Secret")["shimin-files"]["stringData"]
    [mount] = [mount for mount in mounts("shimin-web") if mount["name"] == "files"]
    named = {value for name, value in config.items() if value.startswith("/")}
    assert named == {f"{mount['mountPath']}/{file}" for file in files}


def mounts(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pod_of(name)["spec"]["containers"][0]["volumeMounts"]
    return found


def ports(name: str) -> dict[str, int]:
    [container] = pod_of(name)["spec"]["containers"]
    return {port["name"]: port["containerPort"] for port in container["ports"]}


@pytest.mark.parametrize("name", of_kind("Deployment"))
def test_ports_are_those_of_the_settings(name: str) -> None:
    config = of_kind("ConfigMap")["shimin"]["data"]
    told = {"web": int(config["SHIMIN_PORT"]), "ops": int(config["SHIMIN_METRICS_PORT"])}
    assert ports(name) == {port: told[port] for port in ports(name)}
    assert config["SHIMIN_HOST"] == config["SHIMIN_METRICS_HOST"] == "0.0.0.0"


@pytest.mark.parametrize("name", of_kind("Deployment"))
def test_selectors_find_the_pods(name: str) -> None:
    deployment = of_kind("Deployment")[name]
    labels = pod_of(name)["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    [spread] = pod_of(name)["spec"]["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"] == labels


def test_what_stands_beside_a_deployment_means_it() -> None:
    labels = {name: pod_of(name)["metadata"]["labels"] for name in of_kind("Deployment")}
    for name, budget in of_kind("PodDisruptionBudget").items():
        assert budget["spec"]["selector"]["matchLabels"] == labels[name]
    for name, scaler in of_kind("HorizontalPodAutoscaler").items():
        assert scaler["spec"]["scaleTargetRef"]["name"] == name
        assert "replicas" not in of_kind("Deployment")[name]["spec"], "or each apply undoes what it did"
    for name, service in of_kind("Service").items():
        assert service["spec"]["selector"] == labels[name]
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= set(ports(name))


def test_each_ingress_leads_to_a_port_of_a_service() -> None:
    services = {
        name: {port["name"] for port in each["spec"]["ports"]} for name, each in of_kind("Service").items()
    }
    for ingress in of_kind("Ingress").values():
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                backend = path["backend"]["service"]
                assert backend["port"]["name"] in services[backend["name"]]


def test_one_persons_pushes_go_to_one_pod() -> None:
    annotations = of_kind("Ingress")["shimin-wechat"]["metadata"]["annotations"]
    assert annotations["nginx.org/lb-method"] == "hash $arg_openid consistent"
    assert annotations["nginx.ingress.kubernetes.io/upstream-hash-by"] == "$arg_openid"


def test_the_operators_port_is_the_monitorings_alone() -> None:
    for policy in of_kind("NetworkPolicy").values():
        for rule in policy["spec"].get("ingress", []):
            open_ports = {port["port"] for port in rule["ports"]}
            [who] = rule["from"]
            space = who["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
            assert (space, open_ports) in [("monitoring", {9100}), ("ingress-nginx", {8080})]
