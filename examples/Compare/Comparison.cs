using QuickStart;

namespace Compare;

/// <summary>The whole of it: the sets, the grid of fits, the timings, the report.</summary>
internal static class Comparison
{
    public static void Run(CommandLine line, CancellationToken cancelled)
    {
        DataSet[] sets = [.. line.DataFolders.Select(ReadFolder).Concat(line.Generated.Select(name => GeneratedSets.Create(name))).Select(DataSet.From)];
        if (sets.GroupBy(s => s.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new UserErrorException($"There are {twice.Count()} sets called {twice.Key}. Rename a folder: the results are kept by name.");
        if (sets.FirstOrDefault(s => s.Name.Contains(',', StringComparison.Ordinal)) is { } comma)
            throw new UserErrorException($"The folder's name '{comma.Name}' has a comma, which the result file can't hold. Rename it.");
        Directory.CreateDirectory(line.OutFolder);
        string Out(string name) => Path.Combine(line.OutFolder, name);
        if (!line.ReportsOnly)
            new SetFile(Out("sets.csv")).Check(sets);
        var settings = line.Settings;
        var results = new ResultFile(Out("results.csv"), settings.ToString());
        var timings = new Timings(Out("timings.csv"), settings.ToString());

        if (!line.ReportsOnly)
        {
            Array.ForEach(sets, Console.WriteLine);
            Console.WriteLine($"{settings}; {line.Seeds} seeds. {string.Join(", ", line.Recipes.Select(r => r.Name))}.");
            Grid.Run(sets, line.Recipes, line.Seeds, line.Parallel, settings, results, cancelled);
            timings.Measure(sets, line.Recipes, line.Rounds, settings, cancelled);
        }

        var scores = new Scores(results.Read(), sets.Select(s => s.Name));
        if (scores.Methods.Count == 0)
            throw new UserErrorException($"{Out("results.csv")} has no results of these sets with the settings {settings}. Run without --report-only.");
        string tables = new Tables(scores, timings.Read(), settings.ToString()).ToString();
        File.WriteAllText(Out("tables.md"), tables);
        if (Ranking.Of(scores, Measure.Accuracy) is { } byAccuracy)
            RankPicture.Save(byAccuracy, "Average rank by test accuracy", Out("ranks-accuracy"));
        if (Ranking.Of(scores, Measure.LogLoss) is { } byLoss)
            RankPicture.Save(byLoss, "Average rank by log-loss", Out("ranks-logloss"));
        Console.WriteLine();
        Console.Write(tables);
        Console.WriteLine(
            $"Written to {line.OutFolder}: {string.Join(", ", Directory.GetFiles(line.OutFolder).Select(Path.GetFileName).Order(StringComparer.Ordinal))}.");
    }
    private static MultimodalData ReadFolder(string folder)
    {
        try
        {
            return FolderData.Read(folder, FolderData.KeyColumnOf(folder));
        }
        catch (UserErrorException e) when (!e.Message.Contains(folder, StringComparison.Ordinal))
        {
            throw new UserErrorException($"{folder}: {e.Message}");
        }
    }
}
