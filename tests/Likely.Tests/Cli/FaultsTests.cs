using Xunit;

namespace Likely.Tests.Cli;

/// <summary>Wrong usage and bad input: exit code 2, one plain sentence on stderr, and no file that was not there before.</summary>
[Collection(nameof(CliFolder))]
public sealed class FaultsTests(CliFolder folder)
{
    const string Train = "train strokes --model gated-pixelcnn --set limit=48 --steps 2 --out fault.likely ";
    const string Aimed = "train strokes --model gated-pixelcnn --set limit=48 --steps 2 ";
    const string OnSound = " --model wavenet --set layers=2 stacks=1 --steps 2 --out fault.likely";
    const string OnFile = " --model gated-pixelcnn --set channels=4 layers=1 --steps 2 --out fault.likely";

    public static TheoryData<string> Faults => new(
    [
        // Verbs and options.
        "frobnicate", "train", "sample", "score plain.likely", "complete plain.likely", "info", "data", "data frobnicate", "models extra",
        "train strokes --out fault.likely", "train strokes --model", "train strokes --model nonesuch", Train + "--bogus", Train + "extra", Train + "--set", "bench no-such-benchmark",
        // Numbers.
        Train + "--threads 0", Train + "--threads x", Train + "--seed -1", Train + "--seed 1.5", Train + "--batch 0", Train + "--batch -3", Train + "--batch 99999999999",
        Train + "--lr 0", Train + "--lr nan", Train + "--lr -0.1", Train + "--lr fast", "train strokes --model gated-pixelcnn --out fault.likely --steps 0", "train strokes --model gated-pixelcnn --out fault.likely --steps 1.5",
        "train strokes --model gated-pixelcnn --out fault.likely --minutes 0", "train strokes --model gated-pixelcnn --out fault.likely --minutes -1", "train strokes --model gated-pixelcnn --out fault.likely --minutes infinity",
        "train strokes --model gated-pixelcnn --out fault.likely --epochs x", "train strokes --model gated-pixelcnn --out fault.likely --epochs 0", Train + "--minutes 1", Train + "--steps 3",
        "sample plain.likely --count 0", "sample plain.likely --count many", "sample plain.likely --count 99999999", "sample plain.likely --temperature 0", "sample plain.likely --temperature -1", "sample plain.likely --temperature 1e-50", "sample plain.likely --temperature nan",
        "score plain.likely strokes --limit 0", "complete plain.likely strokes --count 0", "complete plain.likely strokes --item -1", "complete plain.likely strokes --item 99999999",
        // Settings.
        Train + "--set nonesuch=1", Train + "--set channels", Train + "--set =3", Train + "--set channels=abc", Train + "--set channels=0", Train + "--set channels=2.5", Train + "--set kernel=4",
        Train + "--set dropout=2", Train + "--set dropout=nan", Train + "--set dropout=infinity", Train + "--set conditional=maybe", Train + "--set head=nonesuch", Train + "--set head=bernoulli", Train + "--set head=mixture levels=4", Train + "--set channels=4 channels=5",
        Train + "--set schedule=linear", Train + "--set final_rate=7", Train + "--set warm_up=-1", Train + "--set clip=-1", Train + "--set weight_decay=x", Train + "--set average=1.5",
        Train + "--set patience=x", Train + "--set validate_every=0", Train + "--set validation_limit=0", Train + "--set levels=1", Train + "--set levels=4 binarize=static", Train + "--set size=28",
        Train + "--set size=0x28", Train + "--set crop=99x99", Train + "--set binarize=maybe", Train + "--set gray=perhaps", Train + "--set validation=0.9", "train strokes --model gated-pixelcnn --out fault.likely --set limit=0",
        Train + "--set seed=3", "score plain.likely strokes --set channels=3", "score plain.likely strokes --set size=abc",
        // Data.
        "train nosuchdata" + OnFile, "train empty" + OnFile, "train cutfolder" + OnFile, "train uneven" + OnFile, "train text.txt" + OnFile, "train cut-images-idx3-ubyte" + OnFile,
        "train cut-images-idx3-ubyte.gz" + OnFile, "train magic-images-idx3-ubyte" + OnFile, "train huge-images-idx3-ubyte" + OnFile, "train nan.npy" + OnFile, "train cut.npy" + OnFile,
        "train magic.npy" + OnFile, "train huge.npy" + OnFile, "train complex.npy" + OnFile, "train good.npy --set conditional=true" + OnFile, Train + "--validation nosuchdata", Train + "--validation small.png",
        "data show nosuchdata", "data show cut.png", "data get nosuchdata", "score plain.likely nosuchdata", "score plain.likely cut.png", "score plain.likely empty",
        // Sound.
        "train cut.wav" + OnSound, "train header.wav" + OnSound, "train silent.wav" + OnSound, "train nochannel.wav" + OnSound, "train fast.wav" + OnSound, "train nan.wav" + OnSound, "train rates" + OnSound, "train notes.mid" + OnSound,
        "train empty --set as=audio" + OnSound, "train text.txt --set as=audio" + OnSound, "train tone.wav --model gated-pixelcnn --steps 2 --out fault.likely", "train tone.wav --set levels=1" + OnSound, "train tone.wav --set levels=65537" + OnSound,
        "train tone.wav --set levels=alaw" + OnSound, "train tone.wav --set rate=99" + OnSound, "train tone.wav --set rate=7999.5" + OnSound, "train tone.wav --set rate=767999" + OnSound, "train tone.wav --set items=lines" + OnSound, "train tone.wav --set size=8x8" + OnSound,
        "train tone.wav --set label=LABEL_*" + OnSound + " --set conditional=true", "train tone.wav --set label=x" + OnSound, "train tone.wav --set head=mixture levels=8" + OnSound, "train text.txt --set head=mixture" + OnSound, "train strokes --set rate=8000" + OnFile,
        "train strokes --set levels=mulaw" + OnFile, "train strokes --set levels=300" + OnFile, "score plain.likely tone.wav", "complete plain.likely tone.wav", "data show cut.wav", "data save rates", "data show tone.wav --out taken.png", "data show tone.wav --out x.mp3", "data save tone.wav --out -",
        // Models.
        "sample missing.likely", "sample picture.png", "sample text.txt", "sample empty", "sample cut.likely", "sample header.likely", "sample stub.likely", "sample nothing.likely", "sample foreign.likely",
        "sample order.likely", "score missing.likely strokes", "score cut.likely strokes", "complete missing.likely strokes", "info missing.likely", "info cut.likely", Train + "--from missing.likely",
        Train + "--from text.txt", Train + "--from plain.likely --set channels=8", "train strokes --from fixed.likely --set size=11x11 --steps 2 --out fault.likely",
        // What does not fit together.
        "detect plain.likely nosuch", "detect plain.likely color.png", "detect plain.likely strokes --normal nosuch", "detect plain.likely strokes --normal picture.png", "detect plain.likely strokes --outliers nosuch", "detect plain.likely strokes --method nosuch", "detect missing.likely strokes",
        "classify plain.likely strokes", "classify labels.likely nosuch", "classify labels.likely color.png", "classify labels.likely strokes --prior nosuch", "classify plain.likely strokes --models grey.likely", "classify labels.likely strokes --reject 2",
        "score plain.likely color.png", "score grey.likely strokes --set levels=8", "score fixed.likely small.png --set size=20x20", "score labels.likely animals", "score plain.likely strokes --split half",
        "score plain.likely good.npy --split validation --set validation=0", "sample plain.likely --label 3", "sample labels.likely --label nonesuch", "sample labels.likely --label 10", "sample labels.likely --label -1",
        "complete plain.likely nosuch.png", "complete plain.likely cut.png", "complete plain.likely color.png", "complete plain.likely strokes --keep 785", "complete plain.likely strokes --keep sideways",
        "complete plain.likely strokes --keep nosuch.png", "complete plain.likely small.png --keep mask.png", "complete plain.likely strokes --keep text.txt", "complete labels.likely picture.png", "complete plain.likely strokes --label 3",
        // Shrinking.
        "shrink", "shrink missing.likely", "shrink text.txt", "shrink cut.likely", "shrink plain.likely --bits 7", "shrink plain.likely --bits x", "shrink plain.likely --data nosuchdata", "shrink plain.likely --data color.png",
        "shrink labels.likely --data good.npy", "shrink plain.likely --limit 0", "shrink plain.likely --out taken.png", "shrink plain.likely --out plain.likely", "shrink plain.likely --out empty",
        // Where to write.
        Aimed + "--out plain.likely", Aimed + "--out empty", Aimed + "--out text.txt/model.likely", Aimed + "--out waiting.likely", Aimed + "--out interrupted.likely --resume", Aimed + "--out other.likely --resume",
        "sample plain.likely --out taken.png", "sample plain.likely --out empty", "sample plain.likely --out text.txt/a.png", "score plain.likely strokes --out taken.csv", "complete plain.likely strokes --out taken.png",
        "data show strokes --out taken.png", "demo --out taken.png",
        // Names that promise something else than what is written, or are empty, or stdout where that does not do.
        "sample plain.likely --out x.jpg", "sample plain.likely --out x.csv", "complete plain.likely strokes --out x.jpeg", "data show strokes --out x.gif", "score plain.likely strokes --out x.xlsx", "score plain.likely strokes --out x.png",
        Aimed + "--out x.png", "compress plain.likely picture.png --out x.zip", "data save strokes --limit 3 --out x.npy", "shrink plain.likely --out x.json", "demo --out x.pdf",
        "sample plain.likely --out -", "complete plain.likely strokes --out -", "data show strokes --out -", "data save strokes --out -", Aimed + "--out -", "compress plain.likely picture.png --out -", "shrink plain.likely --out -",
        "demo --out -", "score plain.likely strokes --map -", "sample plain.likely --each -",
        // An unknown option where several arguments may follow.
        "compress plain.likely --adapt taken.png", "compress --adapt plain.likely taken.png",
        // What excludes each other, or labels that differ.
        Train + "--resume --dry-run", Train + "--set conditional=true --validation picture.png", "train strokes --from labels.likely --validation animals --set limit=48 --steps 2 --out fault.likely",
    ]);

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_one_sentence_and_leaves_nothing_behind(string arguments)
    {
        var before = folder.Files();
        var run = CliRun.Of(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.True(run.Code == 2, $"likely {arguments}: exit code {run.Code}, {run.Error}");
        var sentence = run.Error.TrimEnd('\r', '\n');
        Assert.True(sentence.Length > 12 && !sentence.Contains('\n') && sentence.EndsWith('.'), $"likely {arguments}: not one sentence: {run.Error}");
        Assert.DoesNotContain("   at ", sentence);
        Assert.DoesNotContain("System.", sentence);
        Assert.DoesNotContain("Exception", sentence);
        Assert.Empty(run.Output);
        var left = folder.Files().Except(before).ToList();
        Assert.True(left.Count == 0, $"likely {arguments} left {string.Join(", ", left)}");
    }

    [Fact]
    public void The_table_is_long() => Assert.True(Faults.Cast<object>().Count() >= 60);

    [Fact]
    public void Verbose_shows_where_an_error_came_from() => Assert.Contains("   at ", CliRun.Of("sample", "missing.likely", "--verbose").Error);
}
