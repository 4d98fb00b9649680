namespace Recipes.Tests;

/// <summary>Files as the sets publish them, and what people's copies of them suffer.</summary>
public sealed class AnnotationTests : TempFolder
{
    private const string KineticsHeader = "label,youtube_id,time_start,time_end,split";
    private const string EpicHeader = "uid,participant_id,video_id,narration,start_timestamp,stop_timestamp,start_frame,stop_frame,verb,verb_class,"
        + "noun,noun_class,all_nouns,all_noun_classes";

    private static readonly (string, string)[] s_sounds = [("/m/09x0r", "Speech"), ("/m/05zppz", "Male speech, man speaking"), ("/t/dd00003", "Shout")];

    [Fact]
    public void Kinetics_reads_labels_ids_and_times()
    {
        string file = Write("train.csv", KineticsHeader + ",is_cc", "testifying,---QUuC4vJs,84,94,train,0",
            "\"massaging, person's head\",--3ouPhoy2A,20,30,train,0", "testifying,-_abc,0,10,train,1");
        var classes = KineticsCsv.Classes(file);
        Assert.Equal(["massaging, person's head", "testifying"], classes);
        var videos = KineticsCsv.Read(file, classes, out int repeated);
        Assert.Equal(["---QUuC4vJs_000084_000094", "--3ouPhoy2A_000020_000030", "-_abc_000000_000010"], videos.Select(v => v.Id));
        Assert.Equal([1, 0, 1], videos.Select(v => v.Labels[0].Single()));
        Assert.Equal((84, 94, 2, 0), ((int)videos[0].Start, (int)videos[0].End, videos[0].Line, repeated));
    }

    [Theory]
    [InlineData("jumping,a,1,11,val", "the label 'jumping' is not among the 1")]
    [InlineData(",a,1,11,val", "the column 'label' is empty")]
    [InlineData("testifying,a,one,11,val", "'one', not a number")]
    [InlineData("testifying,a,11,1,val", "no stretch of a video")]
    [InlineData("testifying,a,1,11", "4 cells, but the header has 5")]
    public void Kinetics_says_what_is_wrong_with_a_row(string row, string problem) =>
        Assert.Contains(
            problem, Message(() => KineticsCsv.Read(Write("val.csv", KineticsHeader, "testifying,b,1,11,val", row), ["testifying"], out _), "val.csv, line 3"));

    [Fact]
    public void Kinetics_duplicates_that_agree_are_left_out_and_others_refused()
    {
        var videos = KineticsCsv.Read(Write("val.csv", KineticsHeader, "x,a,1,11,val", "x,a,1,11,val", "x,a,20,30,val"), ["x", "y"], out int repeated);
        Assert.Equal((2, 1), (videos.Count, repeated));
        string message = Message(
            () => KineticsCsv.Read(Write("val.csv", KineticsHeader, "x,a,1,11,val", "y,a,1,11,val"), ["x", "y"], out _), "val.csv, line 3");
        Assert.Contains("also in line 2, with other labels", message);
    }

    [Fact]
    public void Sports_reads_addresses_and_label_numbers()
    {
        Assert.Equal(["archery", "bullfighting"], SportsList.Classes(Write("labels.txt", "archery", "bullfighting", "")));
        var videos = SportsList.Read(
            Write("train_partition.txt", "https://www.youtube.com/watch?v=fuDt5WHkwEE 1", "", "http://youtube.com/watch?v=-_x 0,1"), 2, out _);
        Assert.Equal(["fuDt5WHkwEE", "-_x"], videos.Select(v => v.Id));
        Assert.Equal([0, 1], videos[1].Labels[0]);
        Assert.Equal(3, videos[1].Line);
    }

    [Theory]
    [InlineData("https://www.youtube.com/watch?v=a", "not an address")]
    [InlineData("https://www.youtube.com/watch?v= 1", "not an address")]
    [InlineData("a 1", "not an address")]
    [InlineData("https://www.youtube.com/watch?v=a 1,x", "'x' is not a number")]
    [InlineData("https://www.youtube.com/watch?v=a 2", "label 2 is unknown")]
    [InlineData("https://www.youtube.com/watch?v=b 1", "'b' is also in line 1")]
    public void Sports_says_what_is_wrong_with_a_line(string line, string problem) =>
        Assert.Contains(problem,
            Message(() => SportsList.Read(Write("test_partition.txt", "https://www.youtube.com/watch?v=b 0", line), 2, out _), "test_partition.txt, line 2"));

    [Fact]
    public void Sports_refuses_a_class_twice() =>
        Assert.Contains("'archery' is there twice", Message(() => SportsList.Classes(Write("labels.txt", "archery", "golf", "archery")), "line 3"));

    [Fact]
    public void AudioSet_reads_comments_quoted_labels_and_classes()
    {
        var classes = AudioSetCsv.Classes(Write(
            "class_labels_indices.csv", "index,mid,display_name", "0,/m/09x0r,\"Speech\"", "1,/m/05zppz,\"Male speech, man speaking\"", "2,/t/dd00003,Shout"));
        Assert.Equal(s_sounds, classes);
        var videos = AudioSetCsv.Read(Write("eval_segments.csv", "# Segments csv created Sun Mar  5 10:54:25 2017", "# num_ytids=2, num_segs=2",
            "# YTID, start_seconds, end_seconds, positive_labels",
            "--4gqARaEJE, 0.000, 10.000, \"/m/09x0r,/t/dd00003\"", "Y9xyz, 30.500, 40.500, \"/m/05zppz\""), classes, out _);
        Assert.Equal(["--4gqARaEJE", "Y9xyz"], videos.Select(v => v.Id));
        Assert.Equal([0, 2], videos[0].Labels[0]);
        Assert.Equal((30.5, 40.5, 5), (videos[1].Start, videos[1].End, videos[1].Line));
    }

    [Theory]
    [InlineData("a, 0.000, 10.000, \"/m/unknown\"", "'/m/unknown' is unknown")]
    [InlineData("a, 0.000, 10.000, /m/09x0r,/t/dd00003", "5 cells")]
    [InlineData("a, 0.000, ten, \"/m/09x0r\"", "'ten' is not a number")]
    [InlineData("a, 10.000, 0.000, \"/m/09x0r\"", "no stretch")]
    [InlineData(", 0.000, 10.000, \"/m/09x0r\"", "YTID is empty")]
    [InlineData("a, 0.000, 10.000, \"/m/09x0r", "never closed")]
    [InlineData("b, 0.000, 10.000, \"/t/dd00003\"", "'b' is also in line 2")]
    public void AudioSet_says_what_is_wrong_with_a_segment(string row, string problem) =>
        Assert.Contains(problem, Message(
            () => AudioSetCsv.Read(Write("eval_segments.csv", "# YTID", "b, 0.000, 10.000, \"/m/09x0r\"", row), s_sounds, out _), "eval_segments.csv, line 3"));

    [Theory]
    [InlineData("2,/m/05zppz,Male", "1 comes next")]
    [InlineData("1,/m/09x0r,Male", "'/m/09x0r' is there twice")]
    [InlineData("one,/m/05zppz,Male", "not a whole number")]
    public void AudioSet_says_what_is_wrong_with_a_class(string row, string problem) =>
        Assert.Contains(
            problem, Message(() => AudioSetCsv.Classes(Write("class_labels_indices.csv", "index,mid,display_name", "0,/m/09x0r,Speech", row)), "line 3"));

    [Fact]
    public void EpicKitchens_reads_verbs_nouns_lists_and_times()
    {
        Assert.Equal(["take", "put"],
            EpicKitchensCsv.Classes(Write("EPIC_verb_classes.csv", "verb_id,class_key,verbs", "0,take,\"['take', 'pick-up']\"", "1,put,['put']"), "verb_id"));
        Assert.Equal(["pan"], EpicKitchensCsv.Classes(Write("EPIC_100_noun_classes.csv", "id,key,instances,category", "0,pan,['pan'],cookware"), "noun_id"));
        var segments = EpicKitchensCsv.Read(Write("EPIC_train_action_labels.csv", EpicHeader,
            "0,P01,P01_01,open door,00:00:00.14,00:00:03.37,8,202,take,0,door,3,['door'],[3]",
            "1,P26,P26_07,\"put pan, and \"\"cook's\"\" knife\",01:02:03.50,01:02:05.00,8,202,put,1,pan,2,\"['pan', \"\"cook's knife\"\"]\",\"[2, 4]\""), 2, 5,
                out _);
        Assert.Equal(["0", "1"], segments.Select(s => s.Id));
        Assert.Equal(("P26_07", "P26"), (segments[1].Video, segments[1].Participant));
        Assert.Equal([1], segments[1].Labels[0]);
        Assert.Equal([2, 4], segments[1].Labels[1]);
        Assert.Equal((0.14, 3.37), (segments[0].Start, segments[0].End));
        Assert.Equal((3723.5, 3725.0), (segments[1].Start, segments[1].End));
    }

    [Theory]
    [InlineData("1,P01,P01_01,x,00:00:01.00,00:00:02.00,1,2,take,2,pan,0,['pan'],[0]", "verb_class 2 is unknown")]
    [InlineData("1,P01,P01_01,x,00:00:01.00,00:00:02.00,1,2,take,-1,pan,0,['pan'],[0]", "not a whole number")]
    [InlineData("1,P01,P01_01,x,00:00:01.00,00:00:02.00,1,2,take,0,pan,9,['pan'],[9]", "noun_class 9 is unknown")]
    [InlineData("1,P01,P01_01,x,00:00:01.00,00:00:02.00,1,2,take,0,pan,0,['pan'],[9]", "all_noun_classes has '9'")]
    [InlineData("1,P01,P01_01,x,00:00:01.00,00:00:02.00,1,2,take,0,pan,0,\"['pan', 'lid']\",[0]", "different lengths")]
    [InlineData("1,P01,P01_01,x,00:00:01.00,00:00:02.00,1,2,take,0,pan,0,pan,[0]", "not a list in square brackets")]
    [InlineData("1,P01,P01_01,x,00:00:01.00,00:00:02.00,1,2,take,0,pan,0,['pan],[0]", "quote that is not closed")]
    [InlineData("1,P01,P01_01,x,1.00,00:00:02.00,1,2,take,0,pan,0,['pan'],[0]", "not a time such as")]
    [InlineData("1,P01,P01_01,x,00:00:02.00,00:00:01.00,1,2,take,0,pan,0,['pan'],[0]", "before it begins")]
    [InlineData("0,P01,P01_01,x,00:00:02.00,00:00:03.00,1,2,take,0,pan,0,['pan'],[0]", "'0' is also in line 2")]
    public void EpicKitchens_says_what_is_wrong_with_a_row(string row, string problem) =>
        Assert.Contains(problem, Message(() => EpicKitchensCsv.Read(
            Write("EPIC.csv", EpicHeader, "0,P01,P01_01,x,00:00:01.00,00:00:02.00,1,2,take,0,pan,0,['pan'],[0]", row), 2, 5, out _), "EPIC.csv, line 3"));

    [Fact]
    public void EpicKitchens_names_a_missing_column() =>
        Assert.Contains("no column 'verb_class'", Message(() => EpicKitchensCsv.Read(Write("EPIC.csv", EpicHeader.Replace("verb_class,", ""),
            "0,P01,P01_01,x,00:00:01.00,00:00:02.00,1,2,take,pan,0,['pan'],[0]"), 2, 5, out _), "EPIC.csv, line 1"));
}
