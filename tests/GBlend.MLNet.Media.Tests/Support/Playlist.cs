namespace GBlend.MLNet.Media.Tests;

/// <summary>Text that names other files, as programs that play media follow it.</summary>
internal static class Playlist
{
    internal static IReadOnlyList<string> Kinds { get; } = ["hls", "live hls", "dash", "ffconcat", "sdp", "script", "image list"];

    /// <summary>A text of a kind that names a file.</summary>
    internal static string Write(string kind, string name) => kind switch
    {
        "hls" => $"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\n{name}\n#EXT-X-ENDLIST\n",
        "live hls" => $"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\n{name}\n",
        "dash" => "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
            + "mediaPresentationDuration=\"PT2S\"><Period><AdaptationSet mimeType=\"video/mp2t\">"
            + $"<Representation id=\"1\" bandwidth=\"1000\"><BaseURL>{name}</BaseURL></Representation></AdaptationSet></Period></MPD>",
        "ffconcat" => $"ffconcat version 1.0\nfile '{name}'\n",
        "sdp" => $"v=0\no=- 0 0 IN IP4 127.0.0.1\ns={name}\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        "script" => $"LoadPlugin(\"x\")\nAVISource(\"{name}\")\n",
        _ => $"{name}\n{name}\n",
    };
}
