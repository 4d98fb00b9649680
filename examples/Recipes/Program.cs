using System.Globalization;
using GBlend.MLNet;
using Recipes;
using Spectre.Console;

if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 160;

return ExampleProgram.Run(args, CommandLine.Help, Run);

int Run(CancellationToken cancellation)
{
    var line = CommandLine.Parse(args);
    var recipe = line.Recipe();
    if (line.Pretrained is not null)
        recipe = recipe with { Weights = [.. recipe.Weights.OrderByDescending(w => w.Source.Contains("from ", StringComparison.Ordinal))] };
    if (line.Shows)
    {
        Console.WriteLine(RecipeFile.Write(recipe));
        return 0;
    }
    if (line.DataFolder is null && !line.IsStandIn)
    {
        NetworkCost[] costs = [.. recipe.Modalities.Select(m => NetworkCost.Of(Networks.EncoderOf(recipe, m), Networks.ShapeOf(recipe, m)))];
        Console.Write(new Requirements(recipe, costs, Hardware.Measure(recipe, cancellation)).Print());
        return 0;
    }
    MediaLibraries.Require();
    string name = $"{recipe.Name}-{recipe.Variant}{(line.IsStandIn ? "-stand-in" : "")}";
    string output = Path.GetFullPath(line.OutFolder ?? Path.Combine("recipes-out", name));
    Directory.CreateDirectory(output);
    var started = DateTime.UtcNow;

    // 1. The set.
    string data = line.IsStandIn ? MakeStandIn(recipe, Path.Combine(output, "stand-in"), cancellation) : line.DataFolder!;
    var set = DataSetReader.Read(recipe, data, cancellation);
    Describe(set, output);
    // Wrong weights are better known before hours of decoding.
    StateDict? pretrained = line.Pretrained is { } file ? StateDict.Load(file) : null, pretrainedAudio = line.PretrainedAudio is { } audio
        ? StateDict.Load(audio) : null;
    foreach (string modality in recipe.Modalities)
    {
        if ((modality == Networks.Sound ? pretrainedAudio : pretrained) is { } start)
            Console.WriteLine($"{modality}: {Networks.ModalityOf(recipe, modality, start).ReportPretrainedWeights(Networks.ShapeOf(recipe, modality))}");
    }
    if (line.OnlyChecks)
        return 0;

    // 2. Every network, and its test.
    File.WriteAllText(Path.Combine(output, "recipe.json"), RecipeFile.Write(recipe));
    var options = new RunOptions
    {
        Cache = line.IsStandIn ? MediaCache.InMemory() : MediaCache.InFolder(Path.Combine(output, "clips")),
        SegmentFolder = Path.Combine(output, "segments"),
        ModelFolder = Path.Combine(output, "networks"),
        Pretrained = pretrained,
        PretrainedAudio = pretrainedAudio,
        // Networks as narrow as a stand-in's gain nothing from threads; the branches of an estimate train side by side instead.
        Threads = line.Threads ?? (line.IsStandIn ? 1 : null),
        Cancelled = cancellation,
    };
    string networks = $"{string.Join(", ", recipe.Modalities.Select(m => $"{m} {Networks.EncoderOf(recipe, m)}"))}, {recipe.Clip.Frames} x {recipe.Clip.Crop} "
        + $"x {recipe.Clip.Crop}, {recipe.Training.Epochs} epochs";
    string[] starts = [.. new[] { line.Pretrained, line.PretrainedAudio }.OfType<string>()];
    string What(int unusable) => (line.IsStandIn
        ? $"a stand-in of {set.Train.Count} training and {set.Test.Count} test videos made by formula, with narrow networks ({networks})"
        : $"{set.Train.Count} training and {set.Test.Count} test videos of {data}{(unusable > 0 ? $" less {unusable} that could not be used" : "")}, with "
            + $"{networks}")
        + (starts.Length > 0 ? $", started from {string.Join(" and ", starts)}" : "");
    var finished = new List<MethodResult>();
    IReadOnlyList<BadMediaFile> bad = [];
    try
    {
        RunProgress.Show(progress => bad = RecipeRun.Execute(recipe, set, options, progress, finished.Add));
    }
    finally
    {
        // 3. What came out, also of a run that was interrupted.
        if (finished.Count > 0)
        {
            var results = new Results(recipe, line.Published, What(bad.Count), finished) { StartsFromWeights = starts.Length > 0 };
            results.Print();
            File.WriteAllText(Path.Combine(output, "results.md"), results.ToMarkdown());
        }
    }
    if (bad.Count > 0)
    {
        File.WriteAllLines(Path.Combine(output, "bad-videos.txt"), bad.Select(b => $"{b.File}\t{b.Reason}"));
        Console.WriteLine($"{bad.Count} files could not be used and were left out, for example {bad[0].File}: {bad[0].Reason}. All of them: "
            + $"{Path.Combine(output, "bad-videos.txt")}");
    }
    Console.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{(DateTime.UtcNow - started).TotalSeconds:0} seconds in all. Results and networks: {output}"));
    return 0;
}

static string MakeStandIn(Recipe recipe, string folder, CancellationToken cancellation)
{
    if (Directory.Exists(folder))
        Directory.Delete(folder, recursive: true);
    RunProgress.Show(progress =>
    {
        int videos = 0;
        StandInSet.Write(recipe.Data, folder, count => progress.Begin("making the stand-in", videos = count), progress.Advance, cancellation);
        progress.End($"{videos} videos in {folder}");
    });
    return folder;
}

static void Describe(DataSet set, string output)
{
    Console.WriteLine($"{set.Train.Count} training and {set.Test.Count} test videos; {string.Join(", "
        + $"", set.Targets.Select(t => $"{t.Classes.Count} {(t.Name == "class" ? "" : $"{t.Name} ")}classes"))}.");
    foreach (string note in set.Notes)
        Console.WriteLine(note);
    string list = Path.Combine(output, "missing-videos.txt");
    // An earlier check's list is not this set's.
    File.Delete(list);
    for (int target = 0; target < set.Targets.Count && !set.IsMultiLabel; target++)
    {
        var rare = RecipeRun.RareClasses(set, target);
        int left = set.Train.Count(v => rare.Contains(v.Labels[target][0]));
        if (rare.Count > 0)
            Console.WriteLine($"{rare.Count} {(set.Targets[target].Name == "class" ? "" : $"{set.Targets[target].Name} ")}classes with {left} training rows "
                + $"come from a single video each, of which none can be held out: they are not trained on.");
        if (set.Targets[target].Classes.Count - rare.Count < 2 || left == set.Train.Count)
            throw new UserErrorException(
                "Fewer than two classes are left to train on. Every class needs training videos of two or more sources, one of which can be held out.");
    }
    if (set.Missing.Count == 0)
        return;
    const int Shown = 5;
    File.WriteAllLines(list, set.Missing.Select(m => $"{m.Id}\t{m.File}:{m.Line}"));
    Console.WriteLine($"{set.Missing.Count} annotated videos are not here and are left out, for example {string.Join(", "
        + $"", set.Missing.Take(Shown).Select(m => m.Id))}. All of them: {list}");
}
