namespace Recipes;

/// <summary>Where the files of a set are expected below its folder, and where they come from.</summary>
/// <param name="Annotations">Annotation files: any one of the names, in the folder itself or in annotations/.</param>
/// <param name="Videos">The folder of videos, and how they are named.</param>
/// <param name="TrainVideos">Videos, or segments, to train on in the published lists.</param>
/// <param name="TestVideos">The same to test on.</param>
/// <param name="Seconds">Seconds of video on the disk for each of them, about.</param>
internal sealed record Layout(IReadOnlyList<AnnotationSlot> Annotations, IReadOnlyList<string> Videos, int TrainVideos, int TestVideos, double Seconds)
{
    public const string VideoFolderName = "videos";

    public static Layout Of(DataSetKind kind) => kind switch
    {
        DataSetKind.Kinetics => new(
            [
                new("train", ["train.csv", "kinetics_train.csv"], "label,youtube_id,time_start,time_end,split",
                    "the Kinetics-400 annotations of the set's authors"),
                new("test", ["validate.csv", "val.csv", "kinetics_val.csv"],
                    "label,youtube_id,time_start,time_end,split (the validation split is the test set)", "the Kinetics-400 annotations of the set's authors"),
            ],
            ["videos/train/LABEL/ID_000010_000020.mp4", "videos/val/LABEL/ID_000010_000020.mp4",
                "or any other folders below videos/; the name is ID_START_END, ID_START or ID"],
            240_000, 20_000, 10),
        DataSetKind.Sports1M => new(
            [
                new("classes", ["labels.txt"], "a class a line, 487 in all", "the sports-1m-dataset repository"),
                new("train", ["train_partition.txt", "original/train_partition.txt"], "https://www.youtube.com/watch?v=ID 12,45", "the same, folder original"),
                new("test", ["test_partition.txt", "original/test_partition.txt"], "https://www.youtube.com/watch?v=ID 12,45", "the same, folder original"),
            ],
            ["videos/ID.mp4", "or any other folders below videos/; the name is ID"],
            770_000, 330_000, 300),
        DataSetKind.AudioSet => new(
            [
                new("classes", ["class_labels_indices.csv"], "index,mid,display_name", "AudioSet's download page"),
                new("train", ["unbalanced_train_segments.csv"], "# comments, then YTID, start_seconds, end_seconds, \"labels\"", "AudioSet's download page"),
                new("more", ["balanced_train_segments.csv"], "# comments, then YTID, start_seconds, end_seconds, \"labels\" (both are trained on)",
                    "AudioSet's download page"),
                new("test", ["eval_segments.csv"], "# comments, then YTID, start_seconds, end_seconds, \"labels\"", "AudioSet's download page"),
            ],
            ["videos/ID_30.000_40.000.mp4", "or any other folders below videos/; the name is ID_START_END (in seconds, milliseconds or as 000030), ID_START, "
                + "YID or ID, cut to the 10 seconds"],
            2_060_000, 20_000, 10),
        DataSetKind.EpicKitchens => new(
            [
                new("verbs", ["EPIC_verb_classes.csv", "EPIC_100_verb_classes.csv"], "verb_id,class_key,verbs",
                    "the annotations repository of EPIC-Kitchens (55)"),
                new("nouns", ["EPIC_noun_classes.csv", "EPIC_100_noun_classes.csv"], "noun_id,class_key,nouns", "the same"),
                new("train", ["EPIC_train_action_labels.csv", "EPIC_100_train.csv"],
                    "uid,participant_id,video_id,narration,start_timestamp,stop_timestamp,...,verb_class,...,noun_class,all_nouns,all_noun_classes",
                    "the same"),
            ],
            ["videos/P01/P01_01.MP4",
                "or any other folders below videos/; the name is the video_id. Segments are cut out of them once, into segments/ of the output folder"],
            22_000, 6_000, 3.7),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The path of an annotation file.</summary>
    /// <exception cref="UserErrorException">It is not there.</exception>
    public string Find(string folder, string role)
    {
        var slot = Annotations.Single(a => a.Role == role);
        string[] candidates = [.. slot.Names.SelectMany(name => new[] { name, Path.Combine("annotations", name) }).Select(name => Path.Combine(folder, name))];
        return candidates.FirstOrDefault(File.Exists)
            ?? throw new UserErrorException($"{folder} has no {string.Join(" or ", slot.Names)}, neither itself nor in annotations/. It has the lines "
                + $"'{slot.Content}' and comes from {slot.Source}. Without --data the recipe prints all that it needs.");
    }
}

/// <summary>An annotation file.</summary>
/// <param name="Role">What it is to the recipe.</param>
/// <param name="Names">The names under which it is published.</param>
/// <param name="Content">What is in it.</param>
/// <param name="Source">Where it comes from.</param>
internal sealed record AnnotationSlot(string Role, IReadOnlyList<string> Names, string Content, string Source);
