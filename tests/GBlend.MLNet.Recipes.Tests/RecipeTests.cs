using System.Text.Json.Nodes;
using GBlend.MLNet;

namespace Recipes.Tests;

public sealed class RecipeTests : TempFolder
{
    public static IEnumerable<object[]> Recipes => RecipeBook.All.Select(r => new object[] { r.Name, r.Variant });

    [Fact]
    public void Names_are_those_of_the_command_line() =>
        Assert.Equal(["kinetics400", "minisports", "sports1m", "audioset", "epic-kitchens"], RecipeBook.Names);

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Recipes_and_their_stand_ins_hold_together(string name, string variant)
    {
        var recipe = RecipeBook.Find(name, variant);
        Networks.Check(recipe);
        Networks.Check(RecipeBook.StandIn(recipe));
        Assert.Equal(RecipeFile.Write(recipe), RecipeFile.Write(RecipeFile.Overlay(RecipeBook.All[0], Write("r.json", RecipeFile.Write(recipe)))));
        foreach (string target in recipe.Data == DataSetKind.EpicKitchens ? (string[])["verb", "noun"] : ["class"])
        {
            var methods = Blends.Of(recipe, target);
            Assert.Equal(["uni", "uni", "naive", "offline", "online", "fixed"], methods.Select(m => m.Key));
            Assert.Equal($"{Blending.Online(5, 10)}", $"{methods[4].Blending}");
            Assert.All(
                methods, m => Assert.Equal(BlendingGuards.Published, m.Key is "offline" or "online" or "fixed" ? m.Blending.Guards : BlendingGuards.Published));
        }
        Assert.All(recipe.Weights, w => Assert.Equal(1, w.Values.Sum(), 0.0021));
    }

    [Theory]
    [InlineData("kinetics400", "ip-csn-152", "RGB+A", "class", "0.485 0.009 0.506")]
    [InlineData("kinetics400", "r3d-50", "RGB+A", "class", "0.63 0.014 0.356")]
    [InlineData("kinetics400", "r3d-50", "RGB+OF", "class", "0.309 0.495 0.196")]
    [InlineData("kinetics400", "r3d-50", "OF+A", "class", "0.827 0.011 0.162")]
    [InlineData("kinetics400", "r3d-50", "RGB+OF+A", "class", "0.33 0.53 0.01 0.13")]
    [InlineData("minisports", "r3d-50", "RGB+A", "class", "0.65 0.06 0.29")]
    [InlineData("sports1m", "ip-csn-152", "RGB+A", "class", "0.65 0.06 0.29")]
    [InlineData("audioset", "r2plus1d-101", "RGB+A", "class", "0.384 0.239 0.377")]
    [InlineData("audioset", "mini", "RGB+A", "class", "0.38 0.24 0.38")]
    [InlineData("epic-kitchens", "ip-csn-152", "RGB+A", "verb", "0.247 0.524 0.229")]
    [InlineData("epic-kitchens", "ip-csn-152", "RGB+A", "noun", "0.46 0.175 0.364")]
    public void Fixed_weights_are_the_published_ones(string name, string variant, string modalities, string target, string weights)
    {
        var recipe = RecipeBook.Find(name, variant) with { Modalities = modalities.Split('+') };
        Assert.Equal(weights, FormattableString.Invariant($"{string.Join(' ', Blends.WeightsOf(recipe, target)!.Values)}"));
    }

    [Fact]
    public void Weights_that_nobody_published_leave_out_fixed()
    {
        var recipe = RecipeBook.Find("minisports", null) with { Modalities = ["RGB", "OF"] };
        Assert.DoesNotContain(Blends.Of(recipe, "class"), m => m.Key == "fixed");
    }

    [Fact]
    public void Schedule_is_the_papers()
    {
        var recipe = RecipeBook.Find("kinetics400", "r3d-50");
        var training = recipe.Training;
        Assert.Equal((45, 10, 0.01, 1e-4, 0.9, 32),
            (training.Epochs, training.WarmUpEpochs, training.LearningRate, training.WeightDecay, training.Momentum, training.BatchSize));
        Assert.Equal([20, 30, 40], training.RateFallsAt);
        Assert.Equal((10, 5), (training.FirstSuperEpoch, training.SuperEpoch));
        Assert.Equal((16, 224), (recipe.Clip.Frames, recipe.Clip.Crop));
        Assert.Equal((10, 1), (recipe.Test.Clips, recipe.Test.Crops));
        Assert.Equal((0.08, 0.13), (training.HeldOut, RecipeBook.Find("audioset", "mini").Training.HeldOut));
        var best = RecipeBook.Find("kinetics400", null);
        Assert.Equal((32, 10, 3), (best.Clip.Frames, best.Test.Clips, best.Test.Crops));
        Assert.Equal("ip-CSN-152", $"{Networks.EncoderOf(best, "RGB")}");
        Assert.Equal("Audio ResNet-152", $"{Networks.EncoderOf(best, "A")}");
        Assert.Equal("R(2+1)D-101", $"{Networks.EncoderOf(RecipeBook.Find("audioset", null), "OF")}");
    }

    [Fact]
    public void Set_and_overlay_change_what_they_name()
    {
        var recipe = RecipeBook.Find("kinetics400", null);
        var set = RecipeFile.Set(RecipeFile.Set(recipe, "training.epochs=7"), "modalities=[\"RGB\",\"OF\"]");
        Assert.Equal(7, set.Training.Epochs);
        Assert.Equal(["RGB", "OF"], set.Modalities);
        Assert.Equal(recipe.Training with { Epochs = 7, RateFallsAt = [] }, set.Training with { RateFallsAt = [] });
        Assert.Equal("r3d", RecipeFile.Set(recipe, "visual.family=r3d").Visual.Family);
        var overlaid = RecipeFile.Overlay(recipe, Write("r.json", "{ \"clip\": { \"frames\": 8, }, /* fewer */ \"weights\": [] }"));
        Assert.Equal((8, 224, 0), (overlaid.Clip.Frames, overlaid.Clip.Crop, overlaid.Weights.Count));
    }

    [Theory]
    [InlineData("training.epohs=7", "epohs")]
    [InlineData("training.epochs=many", "does not fit")]
    [InlineData("training", "NAME=VALUE")]
    [InlineData("visual=null", "does not fit")]
    [InlineData("data=imagenet", "does not fit")]
    public void Set_says_what_does_not_fit(string assignment, string problem) =>
        Message(() => RecipeFile.Set(RecipeBook.All[0], assignment), problem);

    [Fact]
    public void Overlay_says_what_is_wrong_with_a_file()
    {
        Message(() => RecipeFile.Overlay(RecipeBook.All[0], Write("r.json", "{ \"clip\": ")), "r.json is no recipe");
        Message(() => RecipeFile.Overlay(RecipeBook.All[0], Write("r.json", "[1]")), "not an object");
        Message(() => RecipeFile.Overlay(RecipeBook.All[0], Path.Combine(Folder, "none")), "There is no file");
    }

    [Theory]
    [InlineData("modalities=[\"RGB\",\"RGB\"]", "each once")]
    [InlineData("modalities=[]", "some of RGB")]
    [InlineData("visual.family=vit", "'vit'")]
    [InlineData("visual.depth=77", "18, 34")]
    [InlineData("audio.family=mlp", "'mlp'")]
    [InlineData("blends=[\"magic\"]", "'magic'")]
    [InlineData("training.guards=none", "Guards are")]
    [InlineData("clip.crop=300", "short side")]
    [InlineData("training.epochs=6", "super-epoch of 10")]
    [InlineData("test.crops=2", "1 or 3")]
    [InlineData("training.rateFallsAt=[30,20]", "ascending")]
    [InlineData("weights=[{\"modalities\":[\"RGB\",\"A\"],\"values\":[1,2],\"source\":\"me\"}]", "one for the joint")]
    [InlineData("weights=[{\"modalities\":[\"RGB\",\"A\"],\"values\":[1,2,-1],\"source\":\"me\"}]", "not negative")]
    public void Check_refuses_what_can_not_run(string assignment, string problem) =>
        Message(() => Networks.Check(RecipeFile.Set(RecipeBook.Find("kinetics400", "r3d-50"), assignment)), problem);

    [Fact]
    public void Command_line_changes_the_recipe_in_order()
    {
        var line = CommandLine.Parse(["kinetics400", "--variant", "r3d-50", "--set", "training.epochs=50", "--epochs", "40", "--modalities", "RGB+OF",
            "--blends", "naive,offline", "--width", "0.5", "--seed", "7"]);
        var recipe = line.Recipe();
        Assert.Equal((40, 7, 0.5, 0.5), (recipe.Training.Epochs, recipe.Training.Seed, recipe.Visual.Width, recipe.Audio.Width));
        Assert.Equal(["naive", "offline"], Blends.Of(recipe, "class").Select(m => m.Key));
        Assert.Equal(45, line.Published.Training.Epochs);
        Assert.Equal(8, CommandLine.Parse(["minisports", "--stand-in"]).Recipe().Clip.Frames);
        foreach (var (args, problem) in new (string[], string)[] { ([], "Name a recipe"), (["x"], "There is no recipe 'x'"),
            (["kinetics400", "--variant", "y"], "no variant 'y'"), (["kinetics400", "--nope"], "Unknown option"),
            (["kinetics400", "--epochs"], "needs a value"), (["kinetics400", "--epochs", "-1"], "above 0"),
                (["kinetics400", "--stand-in", "--data", "."], "its own data"), (["kinetics400", "--threads", "0"], "above 0") })
            Message(() => CommandLine.Parse(args).Recipe(), problem);
    }

    [Fact]
    public void Tables_have_the_numbers_that_are_quoted()
    {
        double Value(string source, string set, string network, string method, string metric) =>
            PaperTables.All.Single(r => r.Source == source && r.Set == set && r.Network == network && r.Method == method && r.Modalities == "RGB+A").Find(
                metric)!.Value;
        Assert.Equal([79.1, 80.4, 83.3], new[] { "", ", from Sports-1M", ", from IG-65M" }.Select(
            start => Value("Table 6", "Kinetics-400", PaperTables.IpCsn152 + start, "offline", Metric.Video1)));
        Assert.Equal([77.7, 78.9], new[] { "", "from Sports-1M" }.Select(start => Value(PaperTables.Older, "Kinetics-400", start, "offline", Metric.Video1)));
        Assert.Equal(
            [49.7, 62.8, 85.5], new[] { Metric.Clip1, Metric.Video1, Metric.Video5 }.Select(m => Value(PaperTables.Older, "mini-Sports", "", "offline", m)));
        Assert.Equal([74.8, 92.4], new[] { Metric.Video1, Metric.Video5 }.Select(m => Value(PaperTables.Older, "Sports-1M", "", "offline", m)));
        Assert.Equal([41.8, 97.5], new[] { Metric.Map, Metric.Mauc }.Select(m => Value("Table 7", "AudioSet", PaperTables.R2Plus1D101, "offline", m)));
        Assert.Equal([59.2, 36.1, 25.6], new[] { Metric.Verb1, Metric.Noun1, Metric.Action1 }.Select(
            m => Value("Table 8, validation", "EPIC-Kitchens", PaperTables.IpCsn152 + ", from IG-65M", "offline", m)));
        Assert.Equal(
            Enumerable.Range(1, 8).Select(n => $"Table {n}").Append(PaperTables.Older), PaperTables.All.Select(r => r.Source.Split(',')[0]).Distinct());
        // The older version's numbers stand in one table with the CVPR version's for mini-Sports alone.
        Assert.Equal(["Table 5", PaperTables.Older], PaperTables.All.Where(r => r.Find(Metric.Video1) == 62.8).Select(r => r.Source));
    }

    [Theory]
    [InlineData("kinetics400", "ip-csn-152", "RGB+A", "offline", "Table 6", 79.1)]
    [InlineData("kinetics400", "r3d-50", "RGB+A", "online", "Table 2", 75.8)]
    [InlineData("kinetics400", "r3d-50", "RGB+OF+A", "fixed", "Table 4", 74.9)]
    [InlineData("kinetics400", "r3d-50", "RGB+A", "auxiliary", "Table 5", 70.8)]
    [InlineData("minisports", "r3d-50", "RGB+A", "offline", "Table 5", 62.8)]
    [InlineData("sports1m", "ip-csn-152", "RGB+A", "offline", PaperTables.Older, 74.8)]
    [InlineData("sports1m", "ip-csn-152", "RGB+A", "naive", null, 0)]
    public void Match_finds_the_row_beside_a_network(string name, string variant, string modalities, string blend, string? source, double video1)
    {
        var recipe = RecipeBook.Find(name, variant) with { Modalities = modalities.Split('+'), Blends = [blend] };
        var row = PaperTables.Match(recipe, Blends.Of(recipe, "class").Single());
        Assert.Equal(source, row?.Source);
        Assert.Equal(video1, row?.Find(Metric.Video1) ?? 0);
    }

    [Fact]
    public void Results_say_which_number_is_whose()
    {
        var recipe = RecipeBook.Find("kinetics400", "r3d-50");
        var results = new Results(RecipeBook.StandIn(recipe), recipe, "a stand-in of 3 videos",
            [new(Blends.Of(recipe, "class")[3]) { Values = [new(Metric.Video1, 12.34)] }, new(Blends.Of(recipe, "class")[0]) { Failure = "diverged" }]);
        string text = results.ToMarkdown();
        Assert.Contains("was measured here, on a stand-in of 3 videos; the second is the paper's, on Kinetics-400", text);
        Assert.Contains("| offline G-Blend | 12.3 / 74.7 |", text);
        Assert.Contains("| RGB alone | diverged |", text);
    }

    [Fact]
    public void Requirements_name_files_and_estimate_time_memory_and_disk()
    {
        // Networks of 1e9 and 5e8 multiply-adds; 240,000 videos x 4 clips x 0.92 an epoch, 45 epochs, 3 forward passes a step; 10 clips of 20,000
        // videos to test.
        var recipe = RecipeBook.Find("kinetics400", "r3d-50") with { Blends = ["uni", "naive", "offline"] };
        var needs = new Requirements(recipe, [new(1e9, 3e7, 1e8), new(5e8, 1e7, 1e6)], new("a machine", 1e12, 64e9, 5e11, 8));
        Assert.Equal(240_000 * 4 * 0.92, needs.ClipsPerEpoch, 1e-3);
        var methods = Blends.Of(recipe, "class");
        double step = 45 * 240_000 * 4 * 0.92 * 3, tests = 20_000 * 10;
        Assert.Equal([(step + tests) * 1e9 / 1e12, (step + tests) * 5e8 / 1e12, (step + tests) * 1.5e9 / 1e12, (3 * step + tests) * 1.5e9 / 1e12],
            methods.Select(needs.SecondsOf).Select(s => Math.Round(s, 6)));
        Assert.Equal(methods.Sum(needs.SecondsOf), needs.Seconds, 1e-6);
        Assert.Equal(4 * (4e7 * 9 + 1.01e8 * 32), needs.NetworkBytes, 1);
        var inParts = needs with { Recipe = recipe with { Training = recipe.Training with { MicroBatchSize = 4, BFloat16 = true } } };
        Assert.Equal(4 * (4e7 * 9 + 1.01e8 * 4 / 2), inParts.NetworkBytes, 1);
        Assert.Equal((16.0 * 256 * 340 * 3 + 100 * 40 * 4) * (240_000 * 4 + 20_000 * 10), needs.ClipBytes, 1);
        string text = needs.Print();
        foreach (string part in (string[])[
            "train.csv", "validate.csv", "label,youtube_id,time_start,time_end,split", "videos/train/LABEL/ID_000010_000020.mp4", "240,000", "a machine",
            "naive: about 2 days", "Memory: about 14 GB", "(there are 64 GB)", "Disk: about 9.7 TB", "(free: 500 GB)", "--stand-in"])
            Assert.Contains(part, text);
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Requirements_of_every_recipe_name_all_its_files(string name, string variant)
    {
        var recipe = RecipeBook.Find(name, variant);
        string text = new Requirements(recipe, [new(1, 1, 1), new(1, 1, 1)], new("a machine", 1, 1, 1, 1)).Print();
        Assert.All(Layout.Of(recipe.Data).Annotations, slot => Assert.Contains(slot.Names[0], text));
        Assert.Contains(recipe.Data == DataSetKind.EpicKitchens ? "noun, online G-Blend" : "  online G-Blend", text);
    }

    [Fact]
    public void Show_is_json_that_names_everything()
    {
        var json = JsonNode.Parse(RecipeFile.Write(RecipeBook.Find("epic-kitchens", null)))!;
        Assert.Equal("epicKitchens", (string)json["data"]!);
        Assert.Equal("noun", (string)json["weights"]![1]!["target"]!);
    }
}
