using System.Globalization;

namespace Recipes;

/// <summary>Reads the annotation files of a set and finds their videos.</summary>
internal static class DataSetReader
{
    /// <summary>The participants of EPIC-Kitchens-55 whose kitchens are not trained on, as the paper's validation has them (after Baradel et al.,
    /// ECCV 2018).</summary>
    private static readonly string[] s_unseenKitchens = ["P26", "P27", "P28", "P29", "P30", "P31"];

    /// <summary>Reads a set.</summary>
    /// <param name="recipe">Says which.</param>
    /// <param name="folder">Where it is.</param>
    /// <param name="cancelled">Stops the search for videos.</param>
    /// <exception cref="UserErrorException">A file is missing or wrong, or no video is there; the message says file, line and remedy.</exception>
    public static DataSet Read(Recipe recipe, string folder, CancellationToken cancelled = default)
    {
        if (!Directory.Exists(folder))
            throw new UserErrorException($"There is no folder {folder}. Without --data the recipe prints all that it needs.");
        var layout = Layout.Of(recipe.Data);
        string Annotations(string role) => layout.Find(folder, role);
        var set = recipe.Data switch
        {
            DataSetKind.Kinetics => Kinetics(Annotations("train"), Annotations("test")),
            DataSetKind.Sports1M => Sports(Annotations("classes"), Annotations("train"), Annotations("test")),
            DataSetKind.AudioSet => AudioSet(Annotations("classes"), [Annotations("train"), Annotations("more")], Annotations("test")),
            _ => EpicKitchens(Annotations("verbs"), Annotations("nouns"), Annotations("train")),
        };
        string videos = Path.Combine(folder, Layout.VideoFolderName);
        var files = new VideoFolder(videos, cancelled);
        var missing = new List<MissingVideo>();
        VideoItem[] Present(IEnumerable<AnnotatedVideo> annotated) => [.. annotated.Select(video =>
        {
            string? file = files.Find(Names(recipe.Data, video));
            if (file is null)
                missing.Add(new(video.Id, video.File, video.Line));
            return file is null ? null : new VideoItem(
                video.Id, file, video.Video, video.Labels) { Segment = recipe.Data == DataSetKind.EpicKitchens ? (video.Start, video.End) : null };
        }).OfType<VideoItem>()];

        var test = Present(set.Test);
        var training = WithoutTest(set).ToList();
        var train = Present(training);
        if (set.Train.Count > 0 && training.Count == 0)
            throw new UserErrorException(
                "All training videos are in the test list too, and none is left to train on. Is one annotation file a copy of the other?");
        if (train.Length == 0 || test.Length == 0)
        {
            throw new UserErrorException($"{(train.Length == 0 ? "No training video" : "No test video")} of the annotation files is below {videos}, where "
                + $"there are {files.Count} video files. "
                + $"They are expected as {layout.Videos[0]} {layout.Videos[^1]}.");
        }
        var found = new DataSet
        {
            Targets = set.Targets,
            IsMultiLabel = recipe.Data == DataSetKind.AudioSet,
            Train = train,
            Test = test,
            Missing = missing,
            Notes = set.Notes
        };
        return recipe.Subset is { } subset ? SubsetDraw.Apply(found, subset) : found;
    }

    /// <summary>The names under which people keep a video.</summary>
    public static IEnumerable<string> Names(DataSetKind kind, AnnotatedVideo video)
    {
        string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
        string id = video.Video;
        if (kind is DataSetKind.Kinetics or DataSetKind.AudioSet)
        {
            yield return Format($"{id}_{video.Start:000000}_{video.End:000000}");
            yield return Format($"{id}_{video.Start:0.000}_{video.End:0.000}");
            yield return Format($"{id}_{video.Start:0}_{video.End:0}");
            yield return Format($"{id}_{video.Start * 1000:0}_{video.End * 1000:0}");
            yield return Format($"{id}_{video.Start:000000}");
            yield return Format($"{id}_{video.Start:0}");
        }
        yield return id;
        if (kind == DataSetKind.AudioSet)
            yield return "Y" + id;
    }

    /// <summary>Videos of the test list are never trained on.</summary>
    private static IEnumerable<AnnotatedVideo> WithoutTest(Annotated set)
    {
        var test = set.Test.Select(v => v.Id).ToHashSet(StringComparer.Ordinal);
        int both = set.Train.Count(v => test.Contains(v.Id));
        if (both == 0)
            return set.Train;
        set.Notes.Add($"{both} videos are in the test list too and were left out of training.");
        return set.Train.Where(v => !test.Contains(v.Id));
    }

    private static Annotated Kinetics(string train, string test)
    {
        var classes = KineticsCsv.Classes(train);
        var set = new Annotated([new("class", classes)]);
        set.Add(train, KineticsCsv.Read(train, classes, out int repeated), repeated, set.Train);
        set.Add(test, KineticsCsv.Read(test, classes, out repeated), repeated, set.Test);
        return set;
    }

    private static Annotated Sports(string labels, string train, string test)
    {
        var classes = SportsList.Classes(labels);
        var set = new Annotated([new("class", classes)]);
        set.Add(train, SportsList.Read(train, classes.Count, out int repeated), repeated, set.Train);
        set.Add(test, SportsList.Read(test, classes.Count, out repeated), repeated, set.Test);
        return set;
    }

    private static Annotated AudioSet(string labels, string[] train, string test)
    {
        var classes = AudioSetCsv.Classes(labels);
        var set = new Annotated([new("class", [.. classes.Select(c => c.Name)])]);
        foreach (string file in train)
        {
            // A segment of both lists of training segments is one segment.
            var read = AudioSetCsv.Read(file, classes, out int repeated);
            int before = set.Train.Count;
            var distinct = AnnotatedVideos.Distinct(set.Train.Concat(read), out int inBoth);
            set.Add(file, [.. distinct.Skip(before)], repeated + inBoth, set.Train);
        }
        set.Add(test, AudioSetCsv.Read(test, classes, out int again), again, set.Test);
        return set;
    }

    private static Annotated EpicKitchens(string verbFile, string nounFile, string train)
    {
        var verbs = EpicKitchensCsv.Classes(verbFile, "verb_id");
        var nouns = EpicKitchensCsv.Classes(nounFile, "noun_id");
        var all = EpicKitchensCsv.Read(train, verbs.Count, nouns.Count, out int repeated);
        var set = new Annotated([new("verb", verbs), new("noun", nouns)]);
        set.Add(train, all, repeated, set.Train);
        set.Test.AddRange(all.Where(v => s_unseenKitchens.Contains(v.Participant)));
        set.Train.RemoveAll(v => s_unseenKitchens.Contains(v.Participant));
        set.Notes.Add($"Tested on the kitchens of {s_unseenKitchens[0]} to {s_unseenKitchens[^1]}, trained on the others.");
        return set;
    }

    private sealed record Annotated(IReadOnlyList<Target> Targets)
    {
        public List<AnnotatedVideo> Train { get; } = [];

        public List<AnnotatedVideo> Test { get; } = [];

        public List<string> Notes { get; } = [];

        public void Add(string file, IReadOnlyList<AnnotatedVideo> videos, int repeated, List<AnnotatedVideo> list)
        {
            list.AddRange(videos);
            if (repeated > 0)
                Notes.Add($"{Path.GetFileName(file)}: {repeated} lines say again what an earlier one says and were left out.");
        }
    }
}
