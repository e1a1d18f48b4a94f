"""Common header words of Chinese (both scripts), Spanish, French and German, in English."""

from dcl.domain.matching.vocabulary import word_pairs

FOREIGN = word_pairs(
    """
    標題:title 标题:title 題目:title 题目:title 名稱:name 名称:name 姓名:name 名字:name 作者:author 日期:date
    時間:time 时间:time 地址:address 價格:price 价格:price 價錢:price 價:price 价:price 售價:price 售价:price
    總價:total_price 总价:total_price 單價:unit_price 单价:unit_price 類型:type 类型:type 類別:category
    类别:category 分類:category 分类:category 連結:link 链接:link 網址:url 网址:url 內容:content 内容:content
    摘要:summary 簡介:introduction 简介:introduction 介紹:introduction 介绍:introduction 描述:description
    說明:description 说明:description 文章:article 新聞:news 新闻:news 電話:phone 电话:phone 手機:mobile
    手机:mobile 郵件:mail 邮件:mail 城市:city 國家:country 国家:country 地區:region 地区:region 區域:area
    区域:area 省:province 縣:county 县:county 區:district 区:district 公司:company 企業:company 企业:company
    部門:department 部门:department 職位:position 职位:position 職稱:job_title 职称:job_title 薪資:salary
    薪资:salary 薪水:salary 工資:salary 工资:salary 學歷:education 学历:education 經驗:experience
    经验:experience 數量:quantity 数量:quantity 數:number 数:number 編號:number 编号:number 代碼:code 代码:code
    狀態:status 状态:status 評分:rating 评分:rating 分數:score 分数:score 評論:comment 评论:comment 評價:review
    评价:review 來源:source 来源:source 圖片:image 图片:image 照片:photo 品牌:brand 型號:model 型号:model
    顏色:color 颜色:color 尺寸:size 大小:size 重量:weight 年份:year 年:year 月份:month 月:month 開始:start
    开始:start 結束:end 结束:end 發布:publish 发布:publish 發表:publish 发表:publish 發佈:publish 出版:publish
    出版社:publisher 更新:update 建立:create 創建:create 创建:create 建物:building 房屋:house 樓層:floor
    楼层:floor 屋齡:building_age 房龄:building_age 坪數:floor_area 面積:floor_area 面积:floor_area
    建坪:floor_area 格局:layout 户型:layout 座向:orientation 朝向:orientation 管理費:management_fee
    管理费:management_fee 費:fee 费:fee 車位:parking 车位:parking 電梯:elevator 电梯:elevator 性別:gender
    性别:gender 年齡:age 年龄:age 生日:birth_date 產品:product 产品:product 商品:product 訂單:order 订单:order
    客戶:customer 客户:customer 用戶:user 用户:user 使用者:user 語言:language 语言:language 播放:play 點擊:click
    点击:click 瀏覽:view 浏览:view 觀看:view 观看:view 總:total 总:total 每:per 主題:topic 主题:topic 標籤:tag
    标签:tag 關鍵字:keyword 关键词:keyword 歌手:singer 演員:actor 演员:actor 導演:director 导演:director
    nombre:name apellido:last_name fecha:date precio:price direccion:address ciudad:city pais:country
    correo:mail telefono:phone cantidad:quantity cliente:customer producto:product importe:amount
    empresa:company titulo:title autor:author estado:status codigo:code nom:name prenom:first_name prix:price
    adresse:address ville:city pays:country quantite:quantity montant:amount client:customer produit:product
    entreprise:company titre:title auteur:author statut:status datum:date preis:price stadt:city menge:quantity
    betrag:amount kunde:customer produkt:product firma:company titel:title bezeichnung:description
    strasse:street plz:postal_code vorname:first_name branche:industry
    umsatz:revenue mitarbeiter:employees nachname:last_name telefon:phone nummer:number
    """
)
"""Word → English phrase."""
