using System.Globalization;
using GBlend.MLNet.Media;

namespace Recipes;

/// <summary>Makes a tiny set in the layout of a real one: annotation files in its own format, and videos with sound, two of them missing.</summary>
internal static class StandInSet
{
    private const int ClassCount = 6, TrainPerClass = 8, TestPerClass = 4;

    private static readonly string[] s_classes = ["air drumming", "clapping", "playing \"air\" guitar", "sawing, wood", "tap dancing", "unloading truck"];

    /// <summary>Writes the set.</summary>
    /// <param name="kind">Whose layout.</param>
    /// <param name="folder">An empty folder, or one that does not exist.</param>
    /// <param name="started">Told how many videos there will be.</param>
    /// <param name="done">Told after each video.</param>
    /// <param name="cancelled">Stops between two videos.</param>
    public static void Write(DataSetKind kind, string folder, Action<int> started, Action done, CancellationToken cancelled)
    {
        Directory.CreateDirectory(folder);
        var videos = kind switch
        {
            DataSetKind.Kinetics => Kinetics(folder),
            DataSetKind.Sports1M => Sports(folder),
            DataSetKind.AudioSet => AudioSet(folder),
            _ => EpicKitchens(folder),
        };
        started(videos.Count);
        var options = new ParallelOptions { CancellationToken = cancelled, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.ForEach(videos, options, video =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(video.File)!);
            var (frames, sound) = StandInScene.Make(video.Events, video.Seconds, new Random(video.Seed));
            MediaFiles.WriteVideo(video.File, frames, StandInScene.Width, StandInScene.Height, StandInScene.FramesPerSecond, sound, StandInScene.SampleRate);
            done();
        });
    }

    private static List<StandInVideo> Kinetics(string folder)
    {
        var videos = new List<StandInVideo>();
        void List(string file, string split, int perClass)
        {
            var lines = new List<string> { "label,youtube_id,time_start,time_end,split" };
            foreach (var (label, i) in Draws(perClass))
            {
                string id = Id(split, label, i);
                lines.Add($"{Quoted(s_classes[label])},{id},{10 + i},{20 + i},{split}");
                videos.Add(Video(Path.Combine(folder, "videos", split, s_classes[label].Replace("\"", ""),
                    string.Create(CultureInfo.InvariantCulture, $"{id}_{10 + i:000000}_{20 + i:000000}.mkv")), ClassEvent([label])));
            }
            lines.Add($"{Quoted(s_classes[0])},{split}GoneAway,10,20,{split}");
            File.WriteAllLines(Path.Combine(folder, file), lines);
        }
        List("train.csv", "train", TrainPerClass);
        List("validate.csv", "val", TestPerClass);
        return videos;
    }

    private static List<StandInVideo> Sports(string folder)
    {
        var videos = new List<StandInVideo>();
        File.WriteAllLines(Path.Combine(folder, "labels.txt"), s_classes);
        void List(string file, string split, int perClass)
        {
            var lines = new List<string>();
            foreach (var (label, i) in Draws(perClass))
            {
                string id = Id(split, label, i);
                // As in the real lists, some videos have a second class.
                int[] labels = i % 5 == 4 ? [label, (label + 1) % ClassCount] : [label];
                lines.Add($"https://www.youtube.com/watch?v={id} {string.Join(',', labels)}");
                videos.Add(Video(Path.Combine(folder, "videos", $"{id}.mkv"), ClassEvent(labels)));
            }
            lines.Add($"https://www.youtube.com/watch?v={split}GoneAway 0");
            Directory.CreateDirectory(Path.Combine(folder, "original"));
            File.WriteAllLines(Path.Combine(folder, "original", file), lines);
        }
        List("train_partition.txt", "train", TrainPerClass);
        List("test_partition.txt", "test", TestPerClass);
        return videos;
    }

    private static List<StandInVideo> AudioSet(string folder)
    {
        var videos = new List<StandInVideo>();
        File.WriteAllLines(
            Path.Combine(folder, "class_labels_indices.csv"), ["index,mid,display_name", .. s_classes.Select((name, i) => $"{i},/m/0{i}abc,{Quoted(name)}")]);
        void List(string file, string split, int perClass)
        {
            var lines = new List<string> { "# Segments csv made as a stand-in", $"# num_ytids={perClass * ClassCount}",
                "# YTID, start_seconds, end_seconds, positive_labels" };
            foreach (var (label, i) in Draws(perClass))
            {
                string id = Id(split, label, i);
                int[] labels = (i % 3) switch
                {
                    0 => [label],
                    1 => [label, (label + 2) % ClassCount],
                    _ => [label, (label + 1) % ClassCount, (label + 3) % ClassCount],
                };
                lines.Add($"{id}, {30 + i}.000, {40 + i}.000, \"{string.Join(',', labels.Select(l => $"/m/0{l}abc"))}\"");
                videos.Add(Video(Path.Combine(folder, "videos", split, $"{id}_{30 + i}.000_{40 + i}.000.mkv"), ClassEvent(labels)));
            }
            lines.Add($"{split}GoneAway, 30.000, 40.000, \"/m/00abc\"");
            File.WriteAllLines(Path.Combine(folder, file), lines);
        }
        List("balanced_train_segments.csv", "balanced", TrainPerClass / 4);
        List("unbalanced_train_segments.csv", "unbalanced", TrainPerClass - TrainPerClass / 4);
        List("eval_segments.csv", "eval", TestPerClass);
        return videos;
    }

    /// <summary>Kitchens with videos of several segments: verbs are directions, nouns colors.</summary>
    private static List<StandInVideo> EpicKitchens(string folder)
    {
        const int SegmentsPerVideo = 6;
        string[] verbs = ["take", "pour", "stir"], nouns = ["pan", "cook's knife", "lid", "oil"];
        File.WriteAllLines(
            Path.Combine(folder, "EPIC_verb_classes.csv"), ["verb_id,class_key,verbs", .. verbs.Select((v, i) => $"{i},{v},\"['{v}', '{v}-up']\"")]);
        File.WriteAllLines(Path.Combine(folder, "EPIC_noun_classes.csv"), ["noun_id,class_key,nouns", .. nouns.Select((n, i) => $"{i},{n},\"[\"\"{n}\"\"]\"")]);
        var videos = new List<StandInVideo>();
        const string Header = "uid,participant_id,video_id,narration,start_timestamp,stop_timestamp,start_frame,stop_frame,verb,verb_class,"
            + "noun,noun_class,all_nouns,all_noun_classes";
        var lines = new List<string> { Header };
        int uid = 0;
        foreach (var (participant, count) in new[] { ("P01", 4), ("P02", 4), ("P26", 3), ("P27", 2) })
        {
            for (int v = 1; v <= count; v++)
            {
                string video = $"{participant}_{v:00}";
                var events = new List<StandInScene.Event>();
                for (int s = 0; s < SegmentsPerVideo; s++, uid++)
                {
                    int verb = uid % verbs.Length, noun = uid / verbs.Length % nouns.Length, other = (noun + 1) % nouns.Length;
                    events.Add(new([noun / (double)nouns.Length], verb / (double)verbs.Length, [500 + 1500 * verb]));
                    bool hasOther = s == 2;
                    lines.Add(string.Join(',', uid, participant, video, $"\"{verbs[verb]} {nouns[noun]}, {(hasOther ? nouns[other] : "quickly")}\"",
                        Time(2 * s), Time(2 * s + 2), 24 * s + 1, 24 * s + 24, verbs[verb], verb, nouns[noun], noun,
                        $"\"[\"\"{nouns[noun]}\"\"{(hasOther ? $", \"\"{nouns[other]}\"\"" : "")}]\"", $"\"[{noun}{(hasOther ? $", {other}" : "")}]\""));
                }
                videos.Add(new(Path.Combine(folder, "videos", participant, video + ".mkv"), events, 2, uid));
            }
        }
        lines.Add($"{uid},P02,P02_09,take pan,00:00:00.00,00:00:02.00,1,24,take,0,pan,0,['pan'],[0]");
        File.WriteAllLines(Path.Combine(folder, "EPIC_train_action_labels.csv"), lines);
        return videos;

        static string Time(int seconds) => string.Create(CultureInfo.InvariantCulture, $"00:00:{seconds:00}.00");
    }

    private static IEnumerable<(int Label, int Draw)> Draws(int perClass) =>
        from label in Enumerable.Range(0, ClassCount) from draw in Enumerable.Range(0, perClass) select (label, draw);

    private static string Id(string split, int label, int draw) => string.Create(CultureInfo.InvariantCulture, $"{split[0]}-{label}_{draw:00}{split[^1]}stand");

    private static StandInScene.Event ClassEvent(int[] labels) =>
        new([.. labels.Select(l => l / (double)ClassCount)], labels[0] / (double)ClassCount, [.. labels.Select(l => 400 + 900.0 * l)]);

    private static StandInVideo Video(string file, StandInScene.Event happening)
    {
        // The name of the file is the seed, so that a video stays the same whatever is added to the set.
        int seed = Path.GetFileName(file).Aggregate(17, (hash, c) => unchecked(hash * 31 + c));
        return new(file, [happening], 2.5, seed);
    }

    private static string Quoted(string text) => text.AsSpan().ContainsAny(',', '"') ? $"\"{text.Replace("\"", "\"\"")}\"" : text;

    private sealed record StandInVideo(string File, IReadOnlyList<StandInScene.Event> Events, double Seconds, int Seed);
}
