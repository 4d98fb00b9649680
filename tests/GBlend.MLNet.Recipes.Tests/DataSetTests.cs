using GBlend.MLNet;
using Microsoft.ML;

namespace Recipes.Tests;

public sealed class DataSetTests : TempFolder
{
    private static readonly Recipe s_kinetics = RecipeBook.Find("kinetics400", null);

    [Theory]
    [InlineData("videos/train/x/a_000001_000011.mp4")]
    [InlineData("videos/a_1_11.MKV")]
    [InlineData("videos/anything/deep/a_000001.webm")]
    [InlineData("videos/a.avi")]
    public void Read_finds_videos_however_they_are_sorted(string file)
    {
        WriteKinetics();
        Write(file, "");
        Write("videos/val/b_000002_000012.mp4", "");
        Write("videos/val/b_000002_000012.txt", "");
        var set = DataSetReader.Read(s_kinetics, Folder);
        Assert.Equal(Path.Combine(Folder, file), Assert.Single(set.Train).File);
        Assert.Equal("b", Assert.Single(set.Test).Group);
        Assert.Equal(("gone_000003_000013", 3), (Assert.Single(set.Missing).Id, set.Missing[0].Line));
        Assert.Equal(["x", "y"], set.Targets.Single().Classes);
    }

    [Fact]
    public void Read_says_what_is_expected_where()
    {
        Assert.Contains("train.csv or kinetics_train.csv", Message(() => DataSetReader.Read(s_kinetics, Folder), Folder));
        Message(() => DataSetReader.Read(s_kinetics, Path.Combine(Folder, "none")), "There is no folder");
        WriteKinetics();
        Assert.Contains("ID_000010_000020.mp4", Message(() => DataSetReader.Read(s_kinetics, Folder), "No training video"));
    }

    [Fact]
    public void Read_never_trains_on_a_video_of_the_test_list()
    {
        Write("annotations/labels.txt", "golf", "polo");
        Write("annotations/train_partition.txt", Sport("a", "0"), Sport("b", "1"), Sport("c", "0"));
        Write("annotations/test_partition.txt", Sport("b", "1"), Sport("d", "0,1"));
        foreach (string id in (string[])["a", "b", "c", "d"])
            Write($"videos/{id}.mp4", "");
        var set = DataSetReader.Read(RecipeBook.Find("sports1m", null), Folder);
        Assert.Equal(["a", "c"], set.Train.Select(v => v.Id));
        Assert.Equal(["b", "d"], set.Test.Select(v => v.Id));
        Assert.Contains(set.Notes, n => n.StartsWith("1 videos are in the test list too"));
    }

    [Fact]
    public void Read_says_when_the_test_list_is_the_training_list()
    {
        Write("labels.txt", "golf", "polo");
        Write("train_partition.txt", Sport("a", "0"), Sport("b", "1"));
        Write("test_partition.txt", Sport("a", "0"), Sport("b", "1"));
        Write("videos/a.mp4", "");
        Message(() => DataSetReader.Read(RecipeBook.Find("sports1m", null), Folder), "copy of the other");
    }

    [Fact]
    public void Read_takes_a_segment_of_both_audio_set_lists_once_and_refuses_two_opinions()
    {
        Write("class_labels_indices.csv", "index,mid,display_name", "0,/m/0,\"Cat\"", "1,/m/1,\"Dog\"");
        Write("unbalanced_train_segments.csv", "# YTID, start_seconds, end_seconds, positive_labels", "aaaaaaaaaaa, 30.000, 40.000, \"/m/0\"",
            "bbbbbbbbbbb, 30.000, 40.000, \"/m/1\"");
        Write("balanced_train_segments.csv", "# YTID, start_seconds, end_seconds, positive_labels", "aaaaaaaaaaa, 30.000, 40.000, \"/m/0\"");
        Write("eval_segments.csv", "# YTID, start_seconds, end_seconds, positive_labels", "ccccccccccc, 30.000, 40.000, \"/m/1\"");
        foreach (char id in "abc")
            Write($"videos/{new string(id, 11)}_30.000_40.000.mp4", "");
        var set = DataSetReader.Read(RecipeBook.Find("audioset", null), Folder);
        Assert.Equal(2, set.Train.Count);
        Assert.Contains(set.Notes, n => n.StartsWith("balanced_train_segments.csv: 1 lines say again"));

        Write("balanced_train_segments.csv", "# YTID, start_seconds, end_seconds, positive_labels", "aaaaaaaaaaa, 30.000, 40.000, \"/m/1\"");
        Message(() => DataSetReader.Read(RecipeBook.Find("audioset", null), Folder), "with other labels or times");
    }

    [Fact]
    public void Read_divides_kitchens_and_gives_segments()
    {
        StandIn("epic-kitchens", out var recipe);
        var set = DataSetReader.Read(recipe, Folder);
        Assert.Equal(["verb", "noun"], set.Targets.Select(t => t.Name));
        Assert.Equal((48, 30, 1), (set.Train.Count, set.Test.Count, set.Missing.Count));
        Assert.All(set.Test, v => Assert.StartsWith("P2", v.Group));
        Assert.All(set.Train, v => Assert.StartsWith("P0", v.Group));
        Assert.Equal((4.0, 6.0), set.Train[2].Segment);
        Assert.Equal([0, 1], set.Train[2].Labels[1]);
        int told = 0;
        var cut = Segments.Cut([set.Train[2], set.Train[3]], Path.Combine(Folder, "segments"), 32, () => Interlocked.Increment(ref told), default);
        Assert.Equal(2, told);
        Assert.All(cut, v => Assert.True(v.Segment is null && File.Exists(v.File)));
        var clips = new ClipData(new MLContext(1), recipe, cut, 1, ClipPosition.Center, MediaCache.InMemory(), default);
        Assert.Equal([2, 0], ScoredRows.Classes(clips.Rows(0, 3, false, ["RGB", "A"], _ => true), "Class"));
        Assert.Empty(clips.BadFiles);
        Message(() => Segments.Cut([set.Train[2] with { Id = "z", File = Write("videos/no.mp4", "no video") }], Path.Combine(Folder, "segments"), 32,
            () => { }, default), "can't cut the seconds 4 to 6");
    }

    [Theory]
    [InlineData("kinetics400", 48, 24)]
    [InlineData("minisports", 40, 18)]
    [InlineData("audioset", 48, 24)]
    public void Stand_ins_are_read_as_the_real_sets(string name, int train, int test)
    {
        StandIn(name, out var recipe);
        var set = DataSetReader.Read(recipe, Folder);
        Assert.Equal((train, test), (set.Train.Count, set.Test.Count));
        Assert.True(set.Missing.Count >= 2);
        Assert.Equal(6, set.Targets.Single().Classes.Count);
        recipe = recipe with { Modalities = ["RGB", "OF", "A"] };
        VideoItem[] some = [.. set.Test.Where((_, i) => i % 7 == 0)];
        var clips = new ClipData(new MLContext(1), recipe, some, 2, ClipPosition.Even, MediaCache.InMemory(), default);
        int decoded = 0;
        clips.Decode(() => Interlocked.Increment(ref decoded));
        Assert.Equal(some.Length, decoded);
        var rows = clips.Rows(0, 6, set.IsMultiLabel, ["RGB", "OF", "A"], _ => true);
        Assert.Equal(some.SelectMany(v => new[] { v.Id, v.Id }), ScoredRows.Groups(rows, "Id"));
        if (set.IsMultiLabel)
            Assert.Equal(some.Select(v => v.Labels[0].Order()),
                ScoredRows.Labels(rows, "Labels").Where((_, i) => i % 2 == 0).Select(l => l.Index().Where(x => x.Item).Select(x => x.Index)));
        else
            Assert.Equal(some.Select(v => v.Labels[0][0]), ScoredRows.Classes(rows, "Class").Where((_, i) => i % 2 == 0));
        Assert.Equal(["8, 36, 48, 3", "8, 36, 48, 2", "100, 40"],
            recipe.Modalities.Select(m => string.Join(", ", ((Microsoft.ML.Data.VectorDataViewType)rows.Schema[m].Type).Dimensions)));
    }

    private void StandIn(string name, out Recipe recipe)
    {
        recipe = RecipeBook.StandIn(RecipeBook.Find(name, null));
        StandInSet.Write(recipe.Data, Folder, _ => { }, () => { }, default);
    }

    private void WriteKinetics()
    {
        Write("train.csv", "label,youtube_id,time_start,time_end,split", "x,a,1,11,train", "y,gone,3,13,train");
        Write("validate.csv", "label,youtube_id,time_start,time_end,split", "y,b,2,12,val");
    }

    private static string Sport(string id, string labels) => $"https://www.youtube.com/watch?v={id} {labels}";
}
