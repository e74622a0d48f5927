"""A user's own runs: read as they come, held against the estimate, learned from."""

from pathlib import Path

import pytest

from llmchoose.backtest.own import own_runs
from llmchoose.errors import InputError
from llmchoose.knowledge.load import Knowledge, load_knowledge

PRETRAINING = "name,params_b,tokens_b,hardware,n_gpus,gpu_hours,team\n"


def write(folder: Path, text: str) -> str:
    file = folder / "mine.csv"
    file.write_text(text, "utf-8")
    return str(file)


def test_pretraining_runs_move_and_narrow_the_band(tmp_path: Path, knowledge: Knowledge) -> None:
    rows = "".join(f"run {i},7,1000,A100-80GB,256,{170_000 + 2000 * i},x\n" for i in range(8))
    found = own_runs(write(tmp_path, PRETRAINING + rows), knowledge)
    assert found.judged.ids[0] == "run 0"
    assert [row.id for row in found.rows] == ["pretraining.spread", "pretraining.spread.undated"]
    learned, shipped = found.rows[0], knowledge.fitted["pretraining.spread"]
    assert float(learned.value) > 1.3
    assert shipped.high is not None
    assert shipped.low is not None
    assert float(learned.high) / float(learned.low) < shipped.high / shipped.low
    assert found.notes == ("columns that are not read: team",)


def test_what_is_learned_is_used(tmp_path: Path, knowledge: Knowledge) -> None:
    from llmchoose.backtest.fitted import as_csv
    from llmchoose.estimate.formulas.distributions import band
    from llmchoose.estimate.pretrain.calculator import estimate_pretraining
    from llmchoose.estimate.pretrain.job import Run

    rows = "".join(f"run {i},7,1000,A100-80GB,256,200000,\n" for i in range(12))
    learned = own_runs(write(tmp_path, PRETRAINING + rows), knowledge)
    override = tmp_path / "ours-of-any-name.csv"
    override.write_text(as_csv(learned.rows), "utf-8")
    run = Run(7e9, 1e12, gpu="A100-80GB", n_gpus=256)
    before = band(estimate_pretraining(run, knowledge).gpu_hours)
    after = band(estimate_pretraining(run, load_knowledge(override)).gpu_hours)
    assert abs(after.p50 - 200_000) < abs(before.p50 - 200_000)


def test_peaks_and_speeds_are_told_apart_by_their_columns(
    tmp_path: Path, knowledge: Knowledge
) -> None:
    peaks = (
        "id,params_b,method,peak_gb_per_gpu,trainer,seq_len,micro_batch\na,7,lora,30,hf,1024,4\n"
    )
    assert own_runs(write(tmp_path, peaks), knowledge).rows[0].id == "memory.spread"
    speeds = (
        "id,params_b,method,gpu,n_gpus,gpu_hours,examples,tokens_per_example,epochs\n"
        "a,7,lora,A100-80GB,1,3,20000,300,2\n"
    )
    assert own_runs(write(tmp_path, speeds), knowledge).rows[0].id == "tuning.spread.single"
    served = (
        "id,model,params_b,hardware,n_gpus,precision,input_len,output_len,engine,"
        "batch_or_concurrency,throughput_out_tok_s\n"
        "a,Llama 3.1 8B,8.03,H100,1,fp8,1000,1000,vllm,max,9000\n"
    )
    assert own_runs(write(tmp_path, served), knowledge).rows[0].id.startswith("serving.spread")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        (PRETRAINING, "holds no runs"),
        ("a,b\n1,2\n", "not those of a table of runs"),
        (PRETRAINING + "r,7,1000,A100-800GB,1,5,\n", "A100-800GB` is no accelerator"),
        (PRETRAINING + "r,7,1000,A100-80GB,1,-5,\n", "is no number from"),
        (PRETRAINING + "r,7,1000,A100-80GB,1,nan,\n", "is no number from"),
        (PRETRAINING + "r,7,1000,A100-80GB,inf,5,\n", "n_gpus of `r` is no number"),
        ("params_b,method,peak_gb,bits\n7,lora,20,3\n", "bits of `run 1`"),
        ("params_b,method,peak_gb,sharding\n7,lora,20,zerro3\n", "zerro3"),
        ("params_b,gpu,output_tokens_per_s,load\n7,H100,900,qps=3\n", "give its load"),
        ("params_b,method,peak_gb,peak_gb\n7,lora,20,21\n", "two columns"),
        (PRETRAINING + "r,seven,1000,A100-80GB,1,5,\n", "params_b"),
        (PRETRAINING + "r,7,1000\n", "3 cells under 7 columns"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(
    text: str, says: str, tmp_path: Path, knowledge: Knowledge
) -> None:
    with pytest.raises(InputError) as refused:
        own_runs(write(tmp_path, text), knowledge)
    told = " ".join(str(problem) for problem in refused.value.problems)
    assert says in told
